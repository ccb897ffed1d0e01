#include "robustcheck/base/proportion.h"

#include <algorithm>
#include <cmath>

namespace robustcheck {
namespace {

constexpr double kUsual = 0.95;
constexpr double kZ95 = 1.959963984540054;

}  // namespace

double normal_z(double level) {
  if (level == kUsual) return kZ95;
  constexpr double kMost = 38.0;  // beyond it no probability is left in a double
  constexpr int kHalvings = 100;
  double low = 0.0, high = kMost;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2.0;
    (std::erfc(middle / std::sqrt(2.0)) > 1.0 - level ? low : high) = middle;
  }
  return high;
}

Interval wilson(std::uint64_t successes, std::uint64_t total, double level) {
  if (total == 0) return {};
  const double z = normal_z(level);
  const auto n = static_cast<double>(total);
  const double p = static_cast<double>(successes) / n;
  const double scale = 1.0 + z * z / n;
  const double centre = (p + z * z / (2.0 * n)) / scale;
  const double half = z * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)) / scale;
  return {successes == 0 ? 0.0 : std::max(0.0, centre - half), successes == total ? 1.0 : std::min(1.0, centre + half)};
}

double severity(std::uint64_t failures, std::uint64_t images, double magnitude) {
  if (images == 0) return 0.0;
  return wilson(failures, images).low * (1.0 - magnitude / 2.0);
}

}  // namespace robustcheck
