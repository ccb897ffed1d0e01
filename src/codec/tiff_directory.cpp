#include "tiff_directory.h"

#include <bit>

#include "bytes.h"

namespace robustcheck::codec {
namespace {

using NumberAt = std::uint32_t (*)(std::string_view, std::size_t, std::size_t);

constexpr std::size_t kEntryBytes = 12, kInline = 4;

/// Types of TIFF 6.0, and IFD; BYTE, ASCII and UNDEFINED are no numbers.
enum Type : std::uint32_t {
  u16 = 3,
  u32 = 4,
  ratio = 5,
  s8 = 6,
  s16 = 8,
  s32 = 9,
  s_ratio = 10,
  real32 = 11,
  real64 = 12,
  ifd = 13
};

std::size_t bytes_of(std::uint32_t type) {
  switch (type) {
    case s8:
      return 1;
    case u16:
    case s16:
      return 2;
    case u32:
    case s32:
    case real32:
    case ifd:
      return 4;
    case ratio:
    case s_ratio:
    case real64:
      return 8;
    default:
      return 0;
  }
}

double real64_of(std::uint64_t first, std::uint64_t second, bool big_endian_file) {
  return std::bit_cast<double>(big_endian_file ? first << 32 | second : second << 32 | first);
}

double value_of(std::string_view bytes, std::uint32_t type, NumberAt number) {
  const std::uint32_t first = number(bytes, 0, bytes.size() < kInline ? bytes.size() : kInline);
  const std::uint32_t second = number(bytes, kInline, kInline);
  switch (type) {
    case s8:
      return static_cast<std::int8_t>(first);
    case s16:
      return static_cast<std::int16_t>(first);
    case s32:
      return static_cast<std::int32_t>(first);
    case ratio:
      return second == 0 ? 0.0 : static_cast<double>(first) / second;
    case s_ratio:
      return second == 0 ? 0.0
                         : static_cast<double>(static_cast<std::int32_t>(first)) / static_cast<std::int32_t>(second);
    case real32:
      return std::bit_cast<float>(first);
    case real64:
      return real64_of(first, second, number == &big_endian);
    default:
      return first;
  }
}

std::optional<double> entry_value(std::string_view block, std::size_t entry, NumberAt number) {
  const std::uint32_t type = number(block, entry + 2, 2);
  const std::uint64_t count = number(block, entry + 4, 4);
  const std::size_t bytes = bytes_of(type);
  const std::size_t at = bytes * count <= kInline ? entry + 8 : number(block, entry + 8, 4);
  if (bytes == 0 || count == 0 || at > block.size() || block.size() - at < bytes) return std::nullopt;
  return value_of(block.substr(at, bytes), type, number);
}

}  // namespace

std::optional<double> tiff_number(std::string_view block, std::uint32_t tag) {
  const NumberAt number = block.starts_with("MM") ? &big_endian : &little_endian;
  const std::size_t directory = number(block, 4, 4);
  const std::size_t entries = number(block, directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (entry + kEntryBytes > block.size()) break;
    if (number(block, entry, 2) == tag) return entry_value(block, entry, number);
  }
  return std::nullopt;
}

}  // namespace robustcheck::codec
