#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <vector>

namespace robustcheck::image {

/// Baseline JPEG of an 8-bit image, gray (one component) or BGR (YCbCr, 4:2:0), as libjpeg's quality setting says
/// (1 to 100). Equals cv::imencode(".jpg"). Throws Error{input} with libjpeg's message.
std::vector<uchar> encode_jpeg(const cv::Mat& image, int quality);

/// Decodes to 8-bit gray or BGR with the accurate integer DCT and smooth chroma upsampling, as OpenCV and Pillow do;
/// CMYK becomes BGR; an EXIF orientation is not applied. Throws Error{input} with libjpeg's message, also where libjpeg
/// would go on with invented pixels (a truncated file, damaged data). Prints nothing.
cv::Mat decode_jpeg(std::span<const uchar> bytes);

/// "libjpeg-turbo 2.1.5".
std::string jpeg_version();

}  // namespace robustcheck::image
