#pragma once

#include <cstdint>
#include <vector>

#include "robustcheck/app/finalist.h"
#include "robustcheck/app/judge.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/search/archive.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {

struct MinimizeOutcome {
  std::vector<Finalist> minimised;
  std::vector<double> interactions;  ///< net, per candidate, where the interval is above 0; else 0
  std::uint64_t evaluations = 0;
  std::uint64_t not_minimised = 0;  ///< neither minimised nor explained by what was: they stay as they were found
  bool stopped = false;
};

struct MinimizeRequest {
  const space::Space& space;
  const space::Catalogue& catalogue;
  const std::vector<search::SearchImage>& images;  ///< search half
  std::uint64_t allowance = 0;                     ///< evaluations
  std::size_t most = 20;                           ///< minimised
  double failure_limit = 0.05;
  std::vector<search::KnobEffect> knob_effects = {};  ///< what the probe saw: idle values are tried away together
};

/// DESIGN "Meaning", Minimise: candidates in turn from data only, configuration only (simple ones first) and both (by
/// net interaction), each reduced while at least 80 % of its rate on the same 64 search images, and of its net
/// interaction, is kept, and its rate stays above the limit. What a minimised one explains is passed over. An interrupt
/// keeps what was done.
MinimizeOutcome minimize_phase(const std::vector<search::Candidate>& candidates, const MinimizeRequest& request,
                               Bench& bench, Progress& progress);

}  // namespace robustcheck::app
