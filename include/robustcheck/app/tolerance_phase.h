#pragma once

#include <cstdint>
#include <vector>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/unseen_outcomes.h"

namespace robustcheck::app {

/// A step at a signed share of its range in the space (-1 low end, 1 high end); what is no strength stays neutral.
space::Step plain_step(const space::TransformGene& gene, double share);

struct ToleranceRequest {
  const space::Space& space;
  const space::Catalogue& catalogue;
  std::string oracle;  ///< the guiding one
  double failure_limit = 0.05;
  std::uint64_t allowance = 0;  ///< evaluations
};

/// How strong each transform alone may become before failures reach the failure limit, at the reference configuration
/// and at the worst found one.
/// A row is one transform on one side of neutral. All its strengths move together in proportion from neutral to the end
/// of the space's range (directions, positions and patterns stay neutral) over 8 rungs, from mild to strong, until even
/// the lower end of Wilson's interval is at the limit. The tolerance is the first crossing of the limit, linear between
/// rungs, its interval where the ends of Wilson's intervals cross (analysis/tolerance.h). Measured afresh on at most
/// 96 of the confirmation images, spread evenly; failures on invalid pictures are none.
/// The worst configuration of a row is that of the best-ranked counterexample that has the transform and a
/// configuration, else of all counterexamples the one whose configuration alone fails most. One that alone exceeds the
/// limit leaves nothing to tolerate: it stands in only where there is no other. All were fixed before these
/// measurements.
/// Rows: the sides that counterexamples use, in order of rank; then their other sides; then all other transforms of the
/// space, as many whole rows as the allowance pays for.
std::vector<report::Tolerance> tolerance_phase(const ConfirmOutcome& confirmed, const ToleranceRequest& request,
                                               UnseenOutcomes& unseen, Progress& progress);

}  // namespace robustcheck::app
