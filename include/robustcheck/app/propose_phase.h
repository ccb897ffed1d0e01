#pragma once

#include <vector>

#include "robustcheck/app/candidates_file.h"
#include "robustcheck/app/screen_phase.h"
#include "robustcheck/app/validity_gate.h"

namespace robustcheck::app {

/// What --candidates does in place of a search: every proposed variance is run as it is on the test images of the
/// search half, and is a candidate whatever it shows there; what numeric or crash says of it is one more. Those that
/// the allowance or an interrupt leaves out are `unpaid`; those of which a knob value is not to be had here, or whose
/// pictures the gate finds invalid on more than a quarter of these images, are `not_run`.
ScreenOutcome propose_phase(const std::vector<Proposed>& proposed, const ScreenRequest& request,
                            const space::Catalogue& catalogue, Bench& bench, ValidityGate& gate, Progress& progress);

}  // namespace robustcheck::app
