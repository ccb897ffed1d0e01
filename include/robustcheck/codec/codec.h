#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>

namespace robustcheck::codec {

/// Decodes PNG, JPEG, WebP, BMP, PPM/PGM or TIFF to 8 bit, gray (1 channel) or BGR (3 channels): 16-bit values are
/// scaled (v / 257, rounded; a PNM's own maximum counts), alpha is dropped (in a TIFF, libtiff multiplies by it), EXIF
/// orientation is applied, a file that is gray stays gray (a palette is colour). The first bytes decide the format, not
/// the name. A file that ends early or is damaged is an error, never a picture with invented pixels. Prints nothing.
/// Throws Error{input} "<path>: <reason>".
cv::Mat decode(const std::filesystem::path& path);

/// Writes a lossless PNG (by rename). Throws Error{input}.
void write_png(const std::filesystem::path& path, const cv::Mat& image);

/// Version line of the libraries behind this module, for `doctor`.
std::string versions();

}  // namespace robustcheck::codec
