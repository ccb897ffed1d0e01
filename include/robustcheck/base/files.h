#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace robustcheck {

/// Whole content of a file, or of a pipe or device up to its end. Throws Error{input} that names the file and says why,
/// also where it holds more than `most_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t most_bytes = SIZE_MAX);
/// The same, and "-" is stdin.
std::string read_input(const std::filesystem::path& path, std::size_t most_bytes = SIZE_MAX);
/// How a message names it.
std::string input_name(const std::filesystem::path& path);

/// A reader sees the old file or the whole new one: it is written beside it and renamed, with the mode of the old one.
/// Written in place: devices, FIFOs, own descriptors (/dev/stdout, /dev/fd/N), files that cannot be renamed over (a
/// bind mount). A link stays, and what it leads to is written. Throws Error{input} that names the file and says why.
void write_file(const std::filesystem::path& path, std::string_view content);
/// Throws Error{input} where write_file() would: to be known before the work.
void check_writable(const std::filesystem::path& path);

}  // namespace robustcheck
