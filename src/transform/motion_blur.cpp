#include <algorithm>
#include <cmath>
#include <numbers>

#include "sparse_filter.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// A straight path of the camera, in pixels; the kernel's centre is the origin.
struct Path {
  double begin = 0.0;
  double length = 0.0;
  double angle_deg = 0.0;
  double fading = 0.0;  ///< the end of the path is that many standard deviations of a Gaussian away from its begin
};

/// Adds `weight` to the four cells around (x, y), bilinearly.
void splat(cv::Mat& kernel, double x, double y, double weight) {
  const int left = static_cast<int>(std::floor(x));
  const int top = static_cast<int>(std::floor(y));
  const double right_share = x - left;
  const double bottom_share = y - top;
  const auto add = [&](int row, int column, double share) {
    if (share > 0.0) kernel.ptr<float>(row)[column] += static_cast<float>(weight * share);
  };
  add(top, left, (1.0 - right_share) * (1.0 - bottom_share));
  add(top, left + 1, right_share * (1.0 - bottom_share));
  add(top + 1, left, (1.0 - right_share) * bottom_share);
  add(top + 1, left + 1, right_share * bottom_share);
}

/// The path sampled about 8 times per pixel, a fading one once, as ImageNet-C does; the weights sum to 1.
cv::Mat path_kernel(const Path& path) {
  const int radius = static_cast<int>(std::ceil(std::max(-path.begin, path.begin + path.length))) + 1;
  const int samples = (path.fading > 0.0 ? 1 : 8) * std::max(1, static_cast<int>(std::ceil(path.length - 1e-6))) + 1;
  const double angle = path.angle_deg * std::numbers::pi / 180.0;
  cv::Mat kernel = cv::Mat::zeros(2 * radius + 1, 2 * radius + 1, CV_32F);
  double total = 0.0;
  for (int i = 0; i < samples; ++i) {
    const double share = static_cast<double>(i) / (samples - 1);
    const double along = path.begin + path.length * share;
    const double weight = std::exp(-0.5 * (share * path.fading) * (share * path.fading));
    splat(kernel, radius + along * std::cos(angle), radius - along * std::sin(angle), weight);
    total += weight;
  }
  return kernel / total;
}

}  // namespace

/// Motion of the camera during the exposure, along a straight line: even, or fading away in one direction.
Transform motion_blur() {
  return {{.name = "motion_blur",
           .family = "blur",
           .summary = "motion along a straight line; angle 0 is horizontal, 90 vertical",
           .source =
               "uniform linear motion during exposure; with trail and fading: Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters =
               {{.name = "length", .low = 0.0, .high = 0.2, .neutral = 0.0, .unit = "share of shorter side"},
                {.name = "angle", .low = 0.0, .high = 180.0, .neutral = 0.0, .unit = "degrees", .strength = false},
                {.name = "angle_spread",
                 .low = 0.0,
                 .high = 180.0,
                 .neutral = 0.0,
                 .unit = "degrees, to either side, drawn per image",
                 .strength = false},
                {.name = "trail",
                 .low = 0.0,
                 .high = 1.0,
                 .neutral = 0.0,
                 .unit = "0 centred, 1 begins at the pixel",
                 .strength = false},
                {.name = "fading",
                 .low = 0.0,
                 .high = 8.0,
                 .neutral = 0.0,
                 .unit = "standard deviations of a Gaussian at the end",
                 .strength = false}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            const double length_px = values["length"] * std::min(image.cols, image.rows);
            const double spread = values["angle_spread"];
            const Path path{.begin = (values["trail"] - 1.0) * 0.5 * length_px,
                            .length = length_px,
                            .angle_deg = values["angle"] + rng.uniform(-spread, spread),
                            .fading = values["fading"]};
            return sparse_filter(image, path_kernel(path));
          }};
}

}  // namespace robustcheck::transform
