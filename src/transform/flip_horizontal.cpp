#include "transforms.h"

namespace robustcheck::transform {

/// The mirror image. Exact: doing it twice changes nothing.
Transform flip_horizontal() {
  return {{.name = "flip_horizontal",
           .family = "geometry",
           .summary = "mirror image, left and right swapped; on (1) or off (0)",
           .source = "mirror test, as torchvision hflip",
           .parameters = {{.name = "on", .low = 0.0, .high = 1.0, .neutral = 0.0, .unit = "", .integer = true}}},
          [](const cv::Mat& image, const Values&, Rng&) {
            cv::Mat result;
            cv::flip(image, result, /*flipCode=*/1);
            return result;
          }};
}

}  // namespace robustcheck::transform
