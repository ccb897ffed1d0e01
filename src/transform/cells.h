#pragma once

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "weather.h"

namespace robustcheck::transform {

/// How many cells of that size an image has. The size is in pixels at a shorter side of 224; what exceeds one pixel
/// scales with the image, so that 1 means "as it is" at any resolution.
inline cv::Size cells_of(const cv::Mat& image, double cell) {
  const double cell_px = 1.0 + (cell - 1.0) * pixel_scale(image);
  const auto count = [cell_px](int side) { return std::max(1, static_cast<int>(side / cell_px + 0.05)); };
  return {count(image.cols), count(image.rows)};
}

}  // namespace robustcheck::transform
