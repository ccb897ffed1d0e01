#include "transforms.h"
#include "value_table.h"

namespace robustcheck::transform {

/// Adds the same amount to every value.
Transform brightness() {
  return {{.name = "brightness",
           .family = "light",
           .summary = "add to every value; positive is lighter",
           .source = "additive exposure offset",
           .parameters = {{.name = "offset", .low = -0.5, .high = 0.5, .neutral = 0.0, .unit = "share of full range"}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double offset = values["offset"] * 255.0;
            return map_values(image, [offset](double value) { return value + offset; });
          }};
}

}  // namespace robustcheck::transform
