#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace robustcheck {

using Sha256Digest = std::array<std::uint8_t, 32>;

Sha256Digest sha256(std::string_view bytes);
std::string to_hex(const Sha256Digest& digest);
std::string sha256_hex(std::string_view bytes);

/// Hash of a file's content. Throws Error{input} naming the file if it cannot be read.
std::string sha256_file(const std::filesystem::path& path);

/// The first 64 bits of a hexadecimal digest (at least 16 digits): the identity of an image in random streams.
std::uint64_t hash_key(std::string_view hex);

}  // namespace robustcheck
