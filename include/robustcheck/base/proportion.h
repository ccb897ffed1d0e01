#pragma once

#include <cstdint>

namespace robustcheck {

struct Interval {
  double low = 0.0;
  double high = 1.0;
};

/// A standard normal variable lies within [-z, z] with probability `level`, in [0, 1).
double normal_z(double level);

/// Wilson score interval of a proportion (Wilson 1927) at confidence `level`. [0, 1] for total = 0.
Interval wilson(std::uint64_t successes, std::uint64_t total, double level = 0.95);

/// Lower end of Wilson's interval x (1 - magnitude / 2): what counterexamples are ranked by.
double severity(std::uint64_t failures, std::uint64_t images, double magnitude);

}  // namespace robustcheck
