#pragma once

#include <opencv2/core.hpp>
#include <string_view>

namespace robustcheck::codec {

/// OpenCV's decoder: gray or BGR, 8 or 16 bit, alpha dropped. Prints nothing. Throws Error{input}.
cv::Mat open_cv_decode(std::string_view bytes);

/// PNG at zlib's quickest level. Throws cv::Exception.
std::vector<uchar> open_cv_png(const cv::Mat& image);

/// To 8 bit: 0 to `maximum` becomes 0 to 255, rounded. Throws Error{input} for samples that are no 8 or 16 bit
/// integers.
cv::Mat to_8_bit(const cv::Mat& image, int maximum);

/// Throws Error{input} for a side that is longer than OpenCV's warps address.
void check_size(int width, int height);

}  // namespace robustcheck::codec
