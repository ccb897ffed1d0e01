#pragma once

#include <opencv2/core.hpp>

#include "pillow_resize.h"

namespace robustcheck::image {

enum class Arithmetic { pillow, torch };

/// An 8-bit image resized without rounding, as CV_32F. Equals PIL.Image.resize on each plane in mode F bit for bit, or
/// torch.nn.functional.interpolate(antialias=True) on float up to the last bits.
cv::Mat float_resize(const cv::Mat& image, Size size, const PillowFilter& filter, Arithmetic arithmetic);

}  // namespace robustcheck::image
