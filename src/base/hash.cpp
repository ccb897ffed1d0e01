#include "robustcheck/base/hash.h"

#include <openssl/sha.h>

#include <charconv>

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"

namespace robustcheck {

Sha256Digest sha256(std::string_view bytes) {
  Sha256Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

std::string to_hex(const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string sha256_file(const std::filesystem::path& path) { return sha256_hex(read_file(path)); }

std::uint64_t hash_key(std::string_view hex) {
  std::uint64_t key = 0;
  const std::string_view digits = hex.substr(0, 16);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), key, 16);
  if (error != std::errc{} || digits.size() < 16)
    throw Error(ErrorKind::internal, "not a hexadecimal digest: '" + std::string(hex) + "'");
  return key;
}

}  // namespace robustcheck
