#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/report/report.h"

namespace robustcheck::app {

struct ExplainRequest {
  const space::Space& space;
  const space::Catalogue& catalogue;
  const std::vector<Finalist>& finalists;
  const std::vector<search::Candidate>& candidates;
  std::uint64_t allowance = 0;  ///< evaluations
  double failure_limit = 0.05;
  std::uint64_t split_seed = 0;
};

/// What the counterexamples mean, beside what is written into them.
struct Explanation {
  std::vector<report::Tolerance> tolerance;
  std::vector<report::MapCell> interaction_map;
  std::optional<report::Coverage> coverage;
  std::uint64_t attribute = 0, tolerances = 0, map = 0;  ///< evaluations
};

/// Coverage, "needs both", change of accuracy, shares of the genes (at most half of the allowance), tolerances (three
/// quarters of the rest), interaction map (what is left): on confirmation images, after everything was fixed.
/// `ended` is told the name of every part that ended. Writes into `confirmed` and `result` as it goes: an interrupt
/// keeps both.
void explain_phase(ConfirmOutcome& confirmed, const ExplainRequest& request, const Dataset& dataset, Bench& bench,
                   ValidityGate& gate, Progress& progress, const std::function<void(const std::string&)>& ended,
                   Explanation& result);

}  // namespace robustcheck::app
