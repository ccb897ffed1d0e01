#pragma once

#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/findings.h"

namespace robustcheck::analysis {

/// What became of one variance between two reports. The first five are said only of one and the same variance that was
/// measured on both models, on shared images (DESIGN "Meaning", Comparing reports).
///   added      found by the new search; the old model was not above the limit there ("new")
///   worse      it fails more often now (McNemar, Benjamini-Hochberg at 5 % over all that were measured)
///   better     it fails less often now, and still above the limit
///   fixed      it fails less often now, and no longer above the limit
///   same       no difference that the test sees
///   not_run    it could not be measured on one of both; `reason` says why
///   here_only  found by the new search only, and never run on the old model ("found only here")
///   not_again  found by the old search only, and never run on the new model ("not searched again")
enum class Change { added, worse, not_run, here_only, not_again, better, same, fixed };
const std::string& name(Change change);

struct Compared {
  std::string signature;
  Change change = Change::same;
  bool found_here = false;  ///< by the new search, so that its policy counts it
  std::optional<Measured> before, now;
  std::optional<double> p_value;  ///< two-sided; none where nothing was tested
  std::string test;               ///< "McNemar, 431 shared images"; "" where nothing was tested
  std::string reason;             ///< of not_run
  std::string description;        ///< with strengths; "" where the report does not say
};

/// One variance on both models.
struct Pair {
  std::string oracle;
  bool found_here = false;
  std::uint64_t images = 0;                                          ///< shared
  std::uint64_t here = 0, there = 0, here_only = 0, there_only = 0;  ///< images that fail
};
/// What is said of each: added, worse, better, fixed or same. numeric and crash need one image; of the others
/// Benjamini-Hochberg decides over all.
std::vector<Change> verdicts(const std::vector<Pair>& pairs, double failure_limit);
/// Two-sided McNemar of one; none for numeric and crash.
std::optional<double> p_value(const Pair& pair);

/// Worst news first. What `now` measured of `before` (search --baseline) is read from it; else only a variance that
/// both reports hold, on the same images, is compared. With equal hashes of everything that runs nothing has changed.
std::vector<Compared> compare(const Findings& before, const Findings& now);
/// The same from the new report alone, where it was searched with --baseline.
std::vector<Compared> compared_of(const Findings& now);

/// Equal hashes of model, checkpoints, images and preprocessing, and the same LibTorch.
bool same_deployment(const Findings& before, const Findings& now);

/// p1 - p2 of two independent proportions with Newcombe's (1998) hybrid score interval (method 10 there is the paired
/// one). On shared images it is wider than needed, never narrower, as long as the two agree more often than by chance.
Estimate independent_difference(const Measured& first, const Measured& second);

/// Why two searches looked for different things, "" if they did not: transforms, ranges, knob values, oracle, limit.
std::string space_difference(const Findings& before, const Findings& now);
/// How the new search looked less hard, or otherwise, for the same things; "" if it did not: strategy, scope, budget.
std::string effort_difference(const Findings& before, const Findings& now);
/// Both of them in words, or that the new run tested a file of variances and searched nothing.
std::vector<std::string> differences(const Findings& before, const Findings& now);

}  // namespace robustcheck::analysis
