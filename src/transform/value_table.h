#pragma once

#include <opencv2/core.hpp>

namespace robustcheck::transform {

/// Replaces every value v of an image by new_value(v), rounded to nearest (halves to even) and saturated.
template <class Function>
cv::Mat map_values(const cv::Mat& image, Function new_value) {
  cv::Mat table(1, 256, CV_8U);
  for (int value = 0; value < 256; ++value)
    table.ptr()[value] = cv::saturate_cast<uchar>(new_value(static_cast<double>(value)));
  cv::Mat mapped;
  cv::LUT(image, table, mapped);
  return mapped;
}

}  // namespace robustcheck::transform
