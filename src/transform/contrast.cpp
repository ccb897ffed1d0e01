#include "transforms.h"
#include "value_table.h"

namespace robustcheck::transform {

/// Spreads values about mid-gray; below 1 flattens.
Transform contrast() {
  return {{.name = "contrast",
           .family = "light",
           .summary = "spread values about mid-gray (127.5); below 1 flattens",
           .source = "linear contrast",
           .parameters = {{.name = "factor", .low = 0.2, .high = 2.0, .neutral = 1.0, .unit = ""}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double factor = values["factor"];
            return map_values(image, [factor](double value) { return (value - 127.5) * factor + 127.5; });
          }};
}

}  // namespace robustcheck::transform
