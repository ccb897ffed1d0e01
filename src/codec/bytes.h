#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace robustcheck::codec {

/// The number in `count` bytes at `at`, most significant first; 0 beyond the end.
inline std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || bytes.size() - at < count) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// The same, least significant first.
inline std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || bytes.size() - at < count) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace robustcheck::codec
