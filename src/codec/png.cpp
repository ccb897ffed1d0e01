#include "png.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "bytes.h"
#include "robustcheck/base/error.h"

namespace robustcheck::codec {
namespace {

constexpr std::size_t kFrame = 12;  // bytes of a chunk around its content: length, type, checksum

struct Chunk {
  std::string_view whole;
  std::string_view type() const { return whole.substr(4, 4); }
  std::string_view content() const { return whole.substr(8, whole.size() - kFrame); }
};

/// The chunk at `at`, or nothing where the file ends inside it.
std::optional<Chunk> chunk_at(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < kFrame) return std::nullopt;
  const std::size_t length = big_endian(bytes, at, 4);
  if (bytes.size() - at - kFrame < length) return std::nullopt;
  return Chunk{bytes.substr(at, length + kFrame)};
}

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? 0xedb88320U ^ value >> 1 : value >> 1;
    table[i] = value;
  }
  return table;
}();

/// CRC-32 of ISO 3309, as the PNG specification asks for.
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) crc = kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ crc >> 8;
  return ~crc;
}

bool is_intact(const Chunk& chunk) {
  const std::string_view whole = chunk.whole;
  return crc32(whole.substr(4, whole.size() - 8)) == big_endian(whole, whole.size() - 4, 4);
}

bool is_essential(const Chunk& chunk) {
  constexpr std::string_view kTypes[] = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};
  return std::find(std::begin(kTypes), std::end(kTypes), chunk.type()) != std::end(kTypes);
}

}  // namespace

std::string_view png_chunk(std::string_view bytes, std::string_view type) {
  std::size_t at = kPngSignature.size();
  while (const auto chunk = chunk_at(bytes, at)) {
    if (chunk->type() == type) return chunk->content();
    at += chunk->whole.size();
  }
  return {};
}

bool is_gray_alpha_png(std::string_view bytes) {
  constexpr std::size_t kColourType = 9;
  const std::string_view header = png_chunk(bytes, "IHDR");
  return header.size() > kColourType && header[kColourType] == 4;
}

std::string essential_png(std::string_view bytes) {
  std::string reduced(kPngSignature);
  std::size_t at = kPngSignature.size();
  while (const auto chunk = chunk_at(bytes, at)) {
    at += chunk->whole.size();
    if (!is_intact(*chunk)) throw Error(ErrorKind::input, "damaged PNG: wrong checksum");
    if (!is_essential(*chunk)) continue;
    reduced += chunk->whole;
    if (chunk->type() == "IEND") return reduced;
  }
  throw Error(ErrorKind::input, "damaged PNG: the file ends early");
}

}  // namespace robustcheck::codec
