#pragma once

#include <cstdint>
#include <optional>
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

/// The same, one-sided: p-value of "not more images became wrong than right" from `gained` and `lost` failures.
double mcnemar_p_value_one_sided(std::uint64_t gained, std::uint64_t lost);

/// Benjamini-Hochberg step-up (1995): true where the hypothesis is rejected at false discovery rate `level`. With
/// `weights` of mean 1, chosen without the p-values, each p-value is divided by its weight (Genovese, Roeder and
/// Wasserman 2006); empty: all 1.
std::vector<bool> benjamini_hochberg(std::span<const double> p_values, double level,
                                     std::span<const double> weights = {});

/// What the k-th test (from 1) of a run that may stop at any moment must not exceed: level / (k (k + 1)). The sum over
/// all k is `level`, so that whenever the run stops a false rejection is no likelier than that.
double stopped_level(std::uint64_t k, double level);

/// Fewest failures of `images` with which binomial_p_value is at most `level`; images + 1 where none do.
std::uint64_t critical_count(std::uint64_t images, double limit, double level);

/// The true rate at which `images` images show critical_count failures with probability 0.8; nullopt where not even
/// failing everywhere would. Exact binomial power, found by bisection.
std::optional<double> detectable_rate(std::uint64_t images, double limit, double level);

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
