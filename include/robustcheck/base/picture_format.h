#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace robustcheck {

enum class PictureFormat { png, jpeg, webp, bmp, pnm, tiff, not_read };

/// A row of the one table of formats, which listing and decoding share.
struct FormatInfo {
  PictureFormat format;
  std::string_view name;                         ///< "JPEG", as a message says it
  std::vector<std::string_view> endings;         ///< lower case, with the dot
  bool (*begins)(std::string_view first_bytes);  ///< null: known by its ending alone

  bool is_read() const { return format != PictureFormat::not_read; }
};

/// So many bytes tell every format.
inline constexpr std::size_t kFormatBytes = 32;

/// The format that the first bytes of a file are of; null if of none in the table.
const FormatInfo* format_of_content(std::string_view first_bytes);
/// The format that an ending (any case) promises; null if none.
const FormatInfo* format_of_ending(const std::filesystem::path& path);

/// "PNG, JPEG, WebP, BMP, PNM, TIFF".
std::string formats_read();
/// ".png .jpg ...": endings of what is read.
std::string endings_read();

/// What a file is to a data set. Where its content is of a known format that decides; the ending alone decides where
/// it is not, or where the format is known by its ending alone (a camera's raw file is a TIFF file to its first bytes).
enum class FileKind {
  picture,       ///< of a format that is read, or named like one and damaged
  not_read,      ///< of a format that is not read
  other_ending,  ///< a picture by its content whose ending names no picture format (notes.png.bak)
  no_picture,
};
/// Reads the first bytes. `path` must be a regular file.
FileKind kind_of_file(const std::filesystem::path& path);

}  // namespace robustcheck
