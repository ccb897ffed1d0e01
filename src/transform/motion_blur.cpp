#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Isolated: a part of a larger image must not see its surroundings.
constexpr int kBorder = cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED;

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

/// A straight path of that length through the centre, sampled about 8 times per pixel; the weights sum to 1.
cv::Mat path_kernel(double length_px, double angle_deg) {
  const int radius = static_cast<int>(std::ceil(length_px / 2.0));
  const int samples = 8 * static_cast<int>(std::ceil(length_px)) + 1;
  const double angle = angle_deg * std::numbers::pi / 180.0;
  cv::Mat kernel = cv::Mat::zeros(2 * radius + 1, 2 * radius + 1, CV_32F);
  for (int i = 0; i < samples; ++i) {
    const double along = length_px * (static_cast<double>(i) / (samples - 1) - 0.5);
    splat(kernel, radius + along * std::cos(angle), radius - along * std::sin(angle), 1.0 / samples);
  }
  return kernel;
}

}  // namespace

/// Even motion of the camera during the exposure, along a straight line.
Transform motion_blur() {
  return {{.name = "motion_blur",
           .family = "blur",
           .summary = "even motion along a straight line; angle 0 is horizontal, 90 vertical",
           .source = "uniform linear motion during exposure",
           .parameters = {{.name = "length", .low = 0.0, .high = 0.2, .neutral = 0.0, .unit = "share of shorter side"},
                          {.name = "angle", .low = 0.0, .high = 180.0, .neutral = 0.0, .unit = "degrees", .strength = false}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double length_px = values["length"] * std::min(image.cols, image.rows);
            cv::Mat blurred;
            cv::filter2D(image, blurred, /*ddepth=*/-1, path_kernel(length_px, values["angle"]), {-1, -1}, 0.0, kBorder);
            return blurred;
          }};
}

}  // namespace robustcheck::transform
