#pragma once

#include <string>
#include <vector>

#include "robustcheck/analysis/policy.h"

namespace robustcheck::analysis {

/// What the search of a report looked at, of what a limit is about.
struct Searched {
  std::string missing;                ///< the first thing that it did not, "" if none: silence about it is no pass
  std::vector<std::string> not_here;  ///< "device=cuda": values of the profiles that the machine did not have
};
/// Of the values that were not run only those without effect count as searched. A profile names values of machines
/// that differ: those that are unavailable are passed over, unless nothing else is left of it.
Searched searched_of(const Selection& selection, const Findings& findings, const space::Catalogue& catalogue);

}  // namespace robustcheck::analysis
