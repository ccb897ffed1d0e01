#include <cmath>

#include "transforms.h"
#include "value_table.h"

namespace robustcheck::transform {

/// Another tone curve: 255 (v / 255)^exponent, on sRGB values as they are.
Transform gamma() {
  return {{.name = "gamma",
           .family = "light",
           .summary = "power curve on the sRGB values as they are; above 1 is darker",
           .source = "power-law tone curve, as torchvision adjust_gamma",
           .parameters = {{.name = "exponent", .low = 0.3, .high = 3.0, .neutral = 1.0, .unit = ""}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double exponent = values["exponent"];
            return map_values(image, [exponent](double value) { return 255.0 * std::pow(value / 255.0, exponent); });
          }};
}

}  // namespace robustcheck::transform
