#include <cmath>

#include "transforms.h"
#include "value_table.h"

namespace robustcheck::transform {

/// Fewer levels per channel, evenly spaced from black to white.
Transform posterize() {
  return {{.name = "posterize",
           .family = "digital",
           .summary = "fewer levels per channel: 2^bits, from black to white",
           .source = "uniform requantisation to the nearest level",
           .parameters = {{.name = "bits", .low = 1.0, .high = 8.0, .neutral = 8.0, .unit = "per channel"}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double steps = std::round(std::exp2(values["bits"])) - 1.0;
            return map_values(image,
                              [steps](double value) { return std::round(value / 255.0 * steps) / steps * 255.0; });
          }};
}

}  // namespace robustcheck::transform
