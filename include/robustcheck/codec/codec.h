#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>

namespace robustcheck::codec {

/// Decodes PNG, JPEG, WebP, BMP, PPM/PGM or TIFF to 8 bit, gray (1 channel) or BGR (3 channels): 16-bit values are scaled
/// (v / 257, rounded), alpha is dropped, EXIF orientation is applied, a file that is gray stays gray.
/// Throws Error{input} "<path>: <reason>".
cv::Mat decode(const std::filesystem::path& path);

/// Writes a lossless PNG (by rename). Throws Error{input}.
void write_png(const std::filesystem::path& path, const cv::Mat& image);

/// Version line of the libraries behind this module, for `doctor`.
std::string versions();

}  // namespace robustcheck::codec
