#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <string_view>

#include "robustcheck/image/preprocessing.h"

namespace robustcheck::image {

/// One of Pillow's resampling filters: a kernel that is 0 beyond `support`, or nearest neighbour (no kernel).
struct PillowFilter {
  std::string_view name;
  double support;  ///< px of the coarser grid
  double (*kernel)(double x);
};

std::span<const PillowFilter> pillow_filters();

/// Equals PIL.Image.resize(size, filter) on 8-bit L and RGB images bit for bit. `filter` is one of pillow_filters().
cv::Mat pillow_resize(const cv::Mat& image, Size size, const PillowFilter& filter);

}  // namespace robustcheck::image
