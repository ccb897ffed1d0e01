#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {

/// Turn about the image centre; positive is counter-clockwise as seen.
Transform rotate() {
  return {{.name = "rotate",
           .family = "geometry",
           .summary = "turn about the centre, counter-clockwise",
           .source = "Engstrom et al. 2019, arXiv 1712.02779",
           .parameters = {{.name = "degrees", .low = -45.0, .high = 45.0, .neutral = 0.0, .unit = "degrees"}},
           .has_border = true,
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            return warp(image, cv::getRotationMatrix2D_(centre_of(image), values["degrees"], 1.0), values.border());
          }};
}

}  // namespace robustcheck::transform
