#pragma once

#include "robustcheck/analysis/policy.h"

namespace robustcheck::analysis {

/// Whether a limit with this selection is about a variance.
bool selected(const space::Variance& variance, double magnitude, const Selection& selection,
              const space::Catalogue& catalogue);

}  // namespace robustcheck::analysis
