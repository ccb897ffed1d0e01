#pragma once

#include <opencv2/core.hpp>

#include "robustcheck/base/rng.h"

namespace robustcheck::transform {

/// One run of values: out[i] from in[i] and its own normal number noise[i].
using NoiseRule = void (*)(const uchar* in, const float* noise, uchar* out, std::size_t count, float strength);

/// Applies a rule to every value of an image.
cv::Mat with_normal_noise(const cv::Mat& image, NoiseRule rule, double strength, Rng& rng);

/// Rounds to nearest and saturates. The limits are set after the conversion: integers can be clamped in vectors.
inline uchar to_level(float value) {
  const int level = static_cast<int>(value + 0.5F);
  const int positive = level < 0 ? 0 : level;
  return static_cast<uchar>(positive > 255 ? 255 : positive);
}

}  // namespace robustcheck::transform
