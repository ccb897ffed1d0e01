#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "robustcheck/base/proportion.h"

namespace robustcheck::analysis {

using robustcheck::Interval;
using robustcheck::wilson;

/// Exact one-sided binomial p-value of "the true rate is at most `limit`": P(X >= successes), X ~ B(total, limit).
double binomial_p_value(std::uint64_t successes, std::uint64_t total, double limit);

/// McNemar's exact test (1947; two-sided): p-value of "as many images became right as became wrong", from the images
/// that changed, each way equally likely. 1 where none changed.
double mcnemar_p_value(std::uint64_t gained, std::uint64_t lost);

/// Benjamini-Hochberg step-up (1995): true where the hypothesis is rejected at false discovery rate `level`.
std::vector<bool> benjamini_hochberg(std::span<const double> p_values, double level);

/// A mean with its 95 % interval.
struct Estimate {
  double value = 0.0;
  Interval ci95;
};

/// Difference of two paired proportions, `first` minus `second`, from the discordant pairs, with Newcombe's (1998)
/// paired score interval (method 10). `first_only` = images violated in the first alone; `both` in both; of `total`.
Estimate paired_difference(std::uint64_t both, std::uint64_t first_only, std::uint64_t second_only,
                           std::uint64_t total);

}  // namespace robustcheck::analysis
