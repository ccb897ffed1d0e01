#pragma once

#include <string>

namespace robustcheck::space {

/// One bounded number of a transform. A strength counts for the magnitude; position, direction and the like do not.
struct Parameter {
  std::string name;
  double low = 0.0;
  double high = 0.0;
  double neutral = 0.0;
  std::string unit;  ///< "degrees", "share of width", ...
  bool strength = true;
  bool integer = false;

  /// Share of the registered range on the value's side of neutral, in [0, 1]; 0 for a parameter that is no strength.
  double magnitude(double value) const;
  /// Value at a signed share of the registered range: -1 = low, 0 = neutral, 1 = high. Rounded for integers.
  double at(double share) const;
};

}  // namespace robustcheck::space
