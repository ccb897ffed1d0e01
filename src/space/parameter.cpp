#include "robustcheck/space/parameter.h"

#include <algorithm>
#include <cmath>

namespace robustcheck::space {

double Parameter::magnitude(double value) const {
  const double end = value < neutral ? low : high;
  if (!strength || value == neutral || end == neutral) return 0.0;
  return std::min(1.0, std::abs(value - neutral) / std::abs(end - neutral));
}

double Parameter::at(double share) const {
  const double value = neutral + (share < 0 ? -share * (low - neutral) : share * (high - neutral));
  return std::clamp(integer ? std::round(value) : value, low, high);  // rounding may step over an end
}

}  // namespace robustcheck::space
