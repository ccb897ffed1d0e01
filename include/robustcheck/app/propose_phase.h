#pragma once

#include <vector>

#include "robustcheck/app/candidates_file.h"
#include "robustcheck/app/screen_phase.h"

namespace robustcheck::app {

/// What --candidates does in place of a search: every proposed variance is run as it is on the test images of the
/// search half, and is a candidate whatever it shows there; what numeric or crash says of it is one more. Those that
/// the allowance or an interrupt leaves out are `unpaid`.
ScreenOutcome propose_phase(const std::vector<Proposed>& proposed, const ScreenRequest& request,
                            const space::Catalogue& catalogue, Bench& bench, Progress& progress);

}  // namespace robustcheck::app
