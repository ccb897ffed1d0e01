#include <algorithm>

#include "gaussian.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr double kShorterSide = 224.0;  // px; where sigma is what it says

}  // namespace

/// Optical defocus as an isotropic Gaussian.
Transform gaussian_blur() {
  return {{.name = "gaussian_blur",
           .family = "blur",
           .summary = "isotropic Gaussian blur",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters =
               {{.name = "sigma", .low = 0.0, .high = 8.0, .neutral = 0.0, .unit = "px at a shorter side of 224"}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double sigma_px = values["sigma"] * std::min(image.cols, image.rows) / kShorterSide;
            return gaussian_blurred(image, sigma_px);
          }};
}

}  // namespace robustcheck::transform
