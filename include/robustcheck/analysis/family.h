#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace robustcheck::analysis {

/// "This variance fails on at most the limit of all images": what confirmation tests, once each.
struct Hypothesis {
  double weight = 1.0;                  ///< > 0, on any scale, from the search half alone
  std::vector<std::size_t> explainers;  ///< hypotheses that explain this one once they are confirmed
  std::optional<double> p_value;        ///< none: not tested
  std::uint64_t order = 0;              ///< of the tests, from 1; 0: not tested, or decided by repetition
  std::optional<bool> repeated;         ///< numeric and crash: whether it failed again, which decides
};

enum class Fate { confirmed, unconfirmed, explained, not_tested };
const std::string& name(Fate fate);

/// What the tests so far say of every hypothesis.
struct Decision {
  std::vector<Fate> fates;
  std::vector<std::optional<std::size_t>> explained_by;  ///< a confirmed hypothesis; none where that is not the fate
  std::vector<double> weights;                           ///< scaled to mean 1 over the family; 0 outside of it
  std::size_t family = 0;        ///< hypotheses that count: tested, or explained by one that was tested
  double smallest_weight = 1.0;  ///< of those tested
};

/// DESIGN "Meaning", Failure limit: weighted Benjamini-Hochberg at `level` over all that were tested or that a tested
/// one explains; the latter count with p = 1. With `stopped` the k-th test is accepted at stopped_level(k) instead.
/// What repetition decides counts in neither. A hypothesis is explained where one of its explainers is confirmed.
Decision decide(std::span<const Hypothesis> all, double level, bool stopped);

/// The level of the intervals that are shown: 1 - `rate` R / m, R confirmed of the m of the family, so that of the
/// *shown* intervals a share of `rate` misses on average (Benjamini and Yekutieli 2005). Where none is confirmed, that
/// of the first one.
double interval_level(std::span<const Hypothesis> all, const Decision& decision, double rate);

/// A small set of tests (greedy cover) that, were all of it confirmed, would leave nothing untested and unexplained:
/// what nothing explains, then whatever explains most of the rest; ties in order. Sorted. Empty once everything is
/// tested or explained.
std::vector<std::size_t> next_to_test(std::span<const Hypothesis> all, const Decision& decision);

/// The level that one more fault would have to pass, nothing else being rejected: level x weight / family, or the next
/// step of a stopped run. No test counts as one.
double level_of_one_fault(std::span<const Hypothesis> all, const Decision& decision, double level, bool stopped);

}  // namespace robustcheck::analysis
