#include <opencv2/core.hpp>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

cv::Mat spread_about(const cv::Mat& image, const cv::Scalar& means, double factor) {
  const int channels = image.channels();
  cv::Mat table(1, 256, CV_8UC(channels)), out;
  for (int value = 0; value < 256; ++value)
    for (int c = 0; c < channels; ++c)
      table.ptr()[value * channels + c] = cv::saturate_cast<uchar>((value - means[c]) * factor + means[c]);
  cv::LUT(image, table, out);
  return out;
}

}  // namespace

/// Spreads each channel about its own mean in this image: brightness and tint stay.
Transform contrast_about_mean() {
  return {{.name = "contrast_about_mean",
           .family = "light",
           .summary = "spread the values of each channel about its mean; below 1 flattens",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters = {{.name = "factor", .low = 0.05, .high = 2.0, .neutral = 1.0, .unit = ""}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            return spread_about(image, cv::mean(image), values["factor"]);
          }};
}

}  // namespace robustcheck::transform
