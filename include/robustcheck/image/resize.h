#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "robustcheck/image/preprocessing.h"

namespace robustcheck::image {

/// Resizes an 8-bit image with 1 or 3 channels. `filter` is one of resize_filter_names(). Pillow's filters equal
/// the 8-bit output of Pillow 13 exactly (fixed-point separable convolution with antialiasing); OpenCV's are
/// cv::resize; torch's are torchvision's resize(antialias=True) of a uint8 tensor where it goes through float:
/// resize_float, rounded to nearest even, clipped. An image that has the size already may be returned as it is, sharing
/// its pixels. Throws Error{usage} for another name.
cv::Mat resize(const cv::Mat& image, Size size, const std::string& filter);

/// The same without rounding, CV_32F, values beyond 0 to 255 kept: Pillow's filters equal resize() of each plane in
/// mode F exactly, OpenCV's are cv::resize of a float image, torch's are interpolate(antialias=True) of a float tensor.
cv::Mat resize_float(const cv::Mat& image, Size size, const std::string& filter);

}  // namespace robustcheck::image
