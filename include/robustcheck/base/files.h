#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace robustcheck {

/// Whole content of a regular file. Throws Error{input} that names the file and says why.
std::string read_file(const std::filesystem::path& path);

/// Writes to a temporary name in the same folder, then renames: a reader sees the old file or the whole new one.
/// Throws Error{input} that names the file and says why.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace robustcheck
