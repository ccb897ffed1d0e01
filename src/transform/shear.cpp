#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {

/// x moves right by `x` pixels per pixel below the centre, y moves down by `y` pixels per pixel right of it.
Transform shear() {
  return {{.name = "shear",
           .family = "geometry",
           .summary = "slant about the centre",
           .source = "affine shear, as torchvision RandomAffine",
           .parameters = {{.name = "x", .low = -0.3, .high = 0.3, .neutral = 0.0, .unit = "px per px of height"},
                          {.name = "y", .low = -0.3, .high = 0.3, .neutral = 0.0, .unit = "px per px of width"}},
           .has_border = true,
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double x = values["x"];
            const double y = values["y"];
            const cv::Point2d centre = centre_of(image);
            return warp(image, {1.0, x, -x * centre.y, y, 1.0, -y * centre.x}, values.border());
          }};
}

}  // namespace robustcheck::transform
