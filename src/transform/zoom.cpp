#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {

/// Scale about the image centre; above 1 enlarges the content and cuts its rim off.
Transform zoom() {
  return {{.name = "zoom",
           .family = "geometry",
           .summary = "scale about the centre; above 1 enlarges",
           .source = "affine scaling, as torchvision RandomAffine",
           .parameters = {{.name = "factor", .low = 0.5, .high = 2.0, .neutral = 1.0, .unit = ""}},
           .has_border = true,
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double factor = values["factor"];
            const cv::Point2d fixed = centre_of(image) * (1.0 - factor);
            return warp(image, {factor, 0.0, fixed.x, 0.0, factor, fixed.y}, values.border());
          }};
}

}  // namespace robustcheck::transform
