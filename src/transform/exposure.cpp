#include <algorithm>
#include <cmath>

#include "light.h"
#include "transforms.h"
#include "value_table.h"

namespace robustcheck::transform {

/// More or less light on the sensor: linear light times 2^stops, clipped at white.
Transform exposure() {
  return {{.name = "exposure",
           .family = "light",
           .summary = "linear light times 2^stops, clipped at white",
           .source = "sRGB transfer curve, IEC 61966-2-1",
           .parameters = {{.name = "stops", .low = -4.0, .high = 3.0, .neutral = 0.0, .unit = "stops"}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double gain = std::exp2(values["stops"]);
            return map_values(image, [gain](double value) {
              return 255.0 * srgb_of(std::min(1.0, gain * linear_of(value / 255.0)));
            });
          }};
}

}  // namespace robustcheck::transform
