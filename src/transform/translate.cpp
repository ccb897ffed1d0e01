#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {

/// Shift by a share of the size; positive is right and down. Fractions of a pixel are interpolated.
Transform translate() {
  return {{.name = "translate",
           .family = "geometry",
           .summary = "shift to the right and down",
           .source = "Engstrom et al. 2019, arXiv 1712.02779",
           .parameters = {{.name = "x", .low = -0.25, .high = 0.25, .neutral = 0.0, .unit = "share of width"},
                          {.name = "y", .low = -0.25, .high = 0.25, .neutral = 0.0, .unit = "share of height"}},
           .has_border = true,
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double right_px = values["x"] * image.cols;
            const double down_px = values["y"] * image.rows;
            return warp(image, {1.0, 0.0, right_px, 0.0, 1.0, down_px}, values.border());
          }};
}

}  // namespace robustcheck::transform
