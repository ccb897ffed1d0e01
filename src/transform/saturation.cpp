#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr int kFractionBits = 16;

/// out = luma + factor * (in - luma), in fixed point.
void blend_row(const uchar* in, const uchar* luma, uchar* out, int width, int factor) {
  for (int x = 0; x < width; ++x, in += 3, out += 3) {
    const int gray = luma[x];
    const int base = (gray << kFractionBits) + (1 << (kFractionBits - 1));
    for (int c = 0; c < 3; ++c)
      out[c] = static_cast<uchar>(std::clamp((base + factor * (in[c] - gray)) >> kFractionBits, 0, 255));
  }
}

cv::Mat blend_with_luma(const cv::Mat& image, double factor) {
  if (image.channels() == 1) return image;
  cv::Mat luma;
  cv::cvtColor(image, luma, cv::COLOR_BGR2GRAY);
  cv::Mat result(image.size(), image.type());
  const int fixed_factor = static_cast<int>(std::lround(factor * (1 << kFractionBits)));
  for (int y = 0; y < image.rows; ++y) blend_row(image.ptr(y), luma.ptr(y), result.ptr(y), image.cols, fixed_factor);
  return result;
}

}  // namespace

/// Blend with the gray picture (BT.601 luma): 0 is gray, above 1 is more colourful.
Transform saturation() {
  return {{.name = "saturation",
           .family = "light",
           .summary = "blend with the gray picture; 0 is gray, gray images stay as they are",
           .source = "BT.601 luma blend, as torchvision adjust_saturation",
           .parameters = {{.name = "factor", .low = 0.0, .high = 2.0, .neutral = 1.0, .unit = ""}}},
          [](const cv::Mat& image, const Values& values, Rng&) { return blend_with_luma(image, values["factor"]); }};
}

}  // namespace robustcheck::transform
