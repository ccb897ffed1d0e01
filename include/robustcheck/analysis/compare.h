#pragma once

#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/findings.h"

namespace robustcheck::analysis {

/// What became of one signature between two reports.
///   added   only in the new report ("new")
///   worse   in both, its rate is higher now (Benjamini-Hochberg at 5 % over all signatures in both)
///   better  in both, its rate is lower now
///   same    in both, no difference that the test sees
///   fixed   only in the old report, and the new run searched its transforms and knob values again
///   gone    only in the old report, and the new run could not have found it: it searched something else
enum class Change { added, worse, better, same, fixed, gone };
const std::string& name(Change change);

struct Compared {
  std::string signature;
  Change change = Change::same;
  std::optional<Measured> before, now;
  double p_value = 1.0;  ///< two-sided; 1 where only one report has it
  std::string test;      ///< "McNemar, 431 shared images", "Fisher, by counts"; "" where only one has it
};

/// By signature, worst news first.
std::vector<Compared> compare(const Findings& before, const Findings& now);

/// Fisher's exact two-sided test of two independent proportions.
double fisher_p_value(std::uint64_t first, std::uint64_t first_total, std::uint64_t second, std::uint64_t second_total);
/// p1 - p2 of two independent proportions with Newcombe's (1998) hybrid score interval (method 10 there is the paired
/// one). On shared images it is wider than needed, never narrower, as long as the two agree more often than by chance.
Estimate independent_difference(const Measured& first, const Measured& second);

/// Why two searches looked for different things, "" if they did not: transforms, ranges or knob values.
std::string space_difference(const Findings& before, const Findings& now);

}  // namespace robustcheck::analysis
