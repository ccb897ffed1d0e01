#include <algorithm>

#include "gaussian.h"
#include "transforms.h"
#include "weather.h"

namespace robustcheck::transform {
namespace {

constexpr double kNarrowest_px = 0.6;  // below it a small image would not be sharpened at all

}  // namespace

/// Unsharp mask: what a blur takes away is added.
Transform sharpen() {
  return {{.name = "sharpen",
           .family = "digital",
           .summary = "unsharp mask: halos at edges, as of over-eager cameras",
           .source = "image + amount * (image - Gaussian blur)",
           .parameters = {{.name = "amount", .low = 0.0, .high = 4.0, .neutral = 0.0, .unit = ""},
                          {.name = "radius",
                           .low = 0.5,
                           .high = 5.0,
                           .neutral = 1.5,
                           .unit = "px at a shorter side of 224, at least 0.6 px",
                           .strength = false}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double sigma_px = std::max(kNarrowest_px, values["radius"] * pixel_scale(image));
            cv::Mat out;
            cv::addWeighted(image, 1.0 + values["amount"], gaussian_blurred(image, sigma_px), -values["amount"], 0.0,
                            out);
            return out;
          }};
}

}  // namespace robustcheck::transform
