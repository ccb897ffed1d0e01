#include "robustcheck/analysis/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace robustcheck::analysis {
namespace {

double log_choose(double n, double k) { return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0); }

}  // namespace

double binomial_p_value(std::uint64_t successes, std::uint64_t total, double limit) {
  if (successes == 0) return 1.0;
  if (limit <= 0.0) return 0.0;
  if (limit >= 1.0) return 1.0;
  const auto n = static_cast<double>(total);
  double tail = 0.0;
  for (std::uint64_t k = total + 1; k-- > successes;)  // small terms first
    tail += std::exp(log_choose(n, static_cast<double>(k)) + static_cast<double>(k) * std::log(limit) +
                     static_cast<double>(total - k) * std::log1p(-limit));
  return std::min(1.0, tail);
}

double mcnemar_p_value(std::uint64_t gained, std::uint64_t lost) {
  constexpr double kEitherWay = 0.5;
  return std::min(1.0, 2.0 * binomial_p_value(std::max(gained, lost), gained + lost, kEitherWay));
}

double mcnemar_p_value_one_sided(std::uint64_t gained, std::uint64_t lost) {
  constexpr double kEitherWay = 0.5;
  return binomial_p_value(gained, gained + lost, kEitherWay);
}

std::vector<bool> benjamini_hochberg(std::span<const double> p_values, double level, std::span<const double> weights) {
  const auto weighted = [&](std::size_t i) { return weights.empty() ? p_values[i] : p_values[i] / weights[i]; };
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weighted(a) < weighted(b); });
  std::size_t rejected = 0;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (weighted(order[i]) <= level * static_cast<double>(i + 1) / static_cast<double>(order.size())) rejected = i + 1;
  std::vector<bool> result(p_values.size(), false);
  for (std::size_t i = 0; i < rejected; ++i) result[order[i]] = true;
  return result;
}

double stopped_level(std::uint64_t k, double level) {
  return level / (static_cast<double>(k) * static_cast<double>(k + 1));
}

std::uint64_t critical_count(std::uint64_t images, double limit, double level) {
  std::uint64_t low = 0, high = images + 1;  // the p-value falls with the count
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (binomial_p_value(middle, images, limit) <= level)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

std::optional<double> detectable_rate(std::uint64_t images, double limit, double level) {
  constexpr double kPower = 0.8;
  constexpr int kHalvings = 50;
  const std::uint64_t count = critical_count(images, limit, level);
  if (images == 0 || count > images) return std::nullopt;
  double low = 0.0, high = 1.0;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2.0;
    (binomial_p_value(count, images, middle) >= kPower ? high : low) = middle;
  }
  return high;
}

Estimate paired_difference(std::uint64_t both, std::uint64_t first_only, std::uint64_t second_only,
                           std::uint64_t total) {
  if (total == 0) return {0.0, {-1.0, 1.0}};
  const auto n = static_cast<double>(total);
  const auto a = static_cast<double>(both), b = static_cast<double>(first_only), c = static_cast<double>(second_only);
  const double d = n - a - b - c;
  const double p1 = (a + b) / n, p2 = (a + c) / n, difference = (b - c) / n;
  const Interval i1 = wilson(both + first_only, total), i2 = wilson(both + second_only, total);
  const double product = (a + b) * (c + d) * (a + c) * (b + d);
  double phi = 0.0;
  if (product > 0.0) {
    double numerator = a * d - b * c;
    if (numerator > 0.0) numerator = std::max(0.0, numerator - n / 2.0);  // continuity correction of method 10
    phi = numerator / std::sqrt(product);
  }
  const auto width = [&](double x, double y) { return std::sqrt(std::max(0.0, x * x - 2.0 * phi * x * y + y * y)); };
  return {difference,
          {std::max(-1.0, difference - width(p1 - i1.low, i2.high - p2)),
           std::min(1.0, difference + width(i1.high - p1, p2 - i2.low))}};
}

}  // namespace robustcheck::analysis
