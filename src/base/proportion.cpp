#include "robustcheck/base/proportion.h"

#include <algorithm>
#include <cmath>

namespace robustcheck {
namespace {

constexpr double kZ95 = 1.959963984540054;

}  // namespace

Interval wilson(std::uint64_t successes, std::uint64_t total) {
  if (total == 0) return {};
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(successes) / n;
  const double scale = 1.0 + kZ95 * kZ95 / n;
  const double centre = (p + kZ95 * kZ95 / (2.0 * n)) / scale;
  const double half = kZ95 * std::sqrt(p * (1.0 - p) / n + kZ95 * kZ95 / (4.0 * n * n)) / scale;
  return {successes == 0 ? 0.0 : std::max(0.0, centre - half), successes == total ? 1.0 : std::min(1.0, centre + half)};
}

double severity(std::uint64_t failures, std::uint64_t images, double magnitude) {
  if (images == 0) return 0.0;
  return wilson(failures, images).low * (1.0 - magnitude / 2.0);
}

}  // namespace robustcheck
