#pragma once

#include <compare>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <vector>

namespace robustcheck::image {

/// Baseline JPEG of an 8-bit image, gray (one component) or BGR (YCbCr, 4:2:0), as libjpeg's quality setting says
/// (1 to 100). Equals cv::imencode(".jpg"). Throws Error{input} with libjpeg's message.
std::vector<uchar> encode_jpeg(const cv::Mat& image, int quality);

/// libjpeg's choices: the inverse DCT (dct_method) and whether chroma is enlarged smoothly (do_fancy_upsampling) or by
/// repetition. The default is what OpenCV and Pillow do.
struct JpegDecoding {
  enum class Dct { islow, ifast, floating };
  Dct dct = Dct::islow;
  bool fancy_upsampling = true;
  auto operator<=>(const JpegDecoding&) const = default;
};

/// Decodes to 8-bit gray or BGR as `djpeg -dct int|fast|float [-nosmooth]` does, bit for bit; CMYK becomes BGR; an EXIF
/// orientation is not applied. Throws Error{input} with libjpeg's message, also where libjpeg would go on with invented
/// pixels (a truncated file, damaged data). Prints nothing.
cv::Mat decode_jpeg(std::span<const uchar> bytes, JpegDecoding how = {});

/// "libjpeg-turbo 2.1.5".
std::string jpeg_version();

}  // namespace robustcheck::image
