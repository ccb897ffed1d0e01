#include <algorithm>

#include "robustcheck/search/strategy.h"

namespace robustcheck::search {

double violation(double fitness, double margin) {
  constexpr double kLeastMargin = 0.05;  // an image at the boundary already says little
  return std::clamp(1.0 + fitness / std::max(kLeastMargin, margin), 0.0, 2.0);
}

}  // namespace robustcheck::search
