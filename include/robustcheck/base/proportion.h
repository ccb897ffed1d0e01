#pragma once

#include <cstdint>

namespace robustcheck {

struct Interval {
  double low = 0.0;
  double high = 1.0;
};

/// Wilson score interval of a proportion, 95 % (Wilson 1927). [0, 1] for total = 0.
Interval wilson(std::uint64_t successes, std::uint64_t total);

/// Lower end of Wilson's interval x (1 - magnitude / 2): what counterexamples are ranked by.
double severity(std::uint64_t failures, std::uint64_t images, double magnitude);

}  // namespace robustcheck
