#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "warp.h"
#include "weather.h"

namespace robustcheck::transform {
namespace {

/// Adds the pixel's own coordinate to its shift.
void to_positions(cv::Mat& shift_x, cv::Mat& shift_y) {
  for (int y = 0; y < shift_x.rows; ++y) {
    auto* row_x = shift_x.ptr<float>(y);
    auto* row_y = shift_y.ptr<float>(y);
    for (int x = 0; x < shift_x.cols; ++x) row_x[x] += static_cast<float>(x);
    for (int x = 0; x < shift_x.cols; ++x) row_y[x] += static_cast<float>(y);
  }
}

}  // namespace

/// A smooth random shift of every pixel.
Transform elastic() {
  return {{.name = "elastic",
           .family = "geometry",
           .summary = "smooth random shifts, as seen through wavy glass",
           .source = "Simard et al. 2003; Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters = {{.name = "displacement",
                           .low = 0.0,
                           .high = 6.0,
                           .neutral = 0.0,
                           .unit = "px at a shorter side of 224, root mean square per axis"},
                          {.name = "smoothness",
                           .low = 1.0,
                           .high = 30.0,
                           .neutral = 8.0,
                           .unit = "px at a shorter side of 224",
                           .strength = false}},
           .has_border = true,
           .stochastic = true,
           .local = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            const double scale = pixel_scale(image);
            cv::Mat shift_x =
                smooth_noise(image.size(), values["smoothness"] * scale, rng) * (values["displacement"] * scale);
            cv::Mat shift_y =
                smooth_noise(image.size(), values["smoothness"] * scale, rng) * (values["displacement"] * scale);
            to_positions(shift_x, shift_y);
            cv::Mat out;
            cv::remap(image, out, shift_x, shift_y, cv::INTER_LINEAR, open_cv_border(values.border()));
            return out;
          }};
}

}  // namespace robustcheck::transform
