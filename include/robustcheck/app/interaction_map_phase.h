#pragma once

#include <cstdint>
#include <vector>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/unseen_outcomes.h"

namespace robustcheck::app {

struct MapRequest {
  const space::Space& space;
  const space::Catalogue& catalogue;
  std::string oracle;                                ///< the guiding one
  const std::vector<Finalist>& finalists;            ///< best first
  const std::vector<search::Candidate>& candidates;  ///< of the search, best first
  const std::vector<report::Tolerance>& tolerance;
  std::uint64_t allowance = 0;  ///< evaluations
};

/// What each transform and each knob value do together: failure rate and net interaction (DESIGN "Meaning"), with its
/// paired 95 % interval (of this cell: not corrected for the number of cells), measured on at most 96 of the
/// confirmation images, spread evenly. One strength per cell: that of the first that has the pair of the two-sided
/// counterexamples, then the finalists, then the candidates of the search; then, for every knob value of a
/// counterexample, each transform at its tolerance at the reference. A knob brings the knob it needs. At most 48 cells,
/// as far as the allowance pays; sorted by transform, knob, value.
std::vector<report::MapCell> interaction_map_phase(const ConfirmOutcome& confirmed, const MapRequest& request,
                                                   UnseenOutcomes& unseen, Progress& progress);

}  // namespace robustcheck::app
