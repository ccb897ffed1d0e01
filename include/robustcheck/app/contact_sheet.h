#pragma once

#include "robustcheck/app/options.h"

namespace robustcheck::app {

/// `perturb --grid`: one PNG, every transform of the profiles at rising strengths on the first image.
int write_contact_sheet(const PerturbOptions& options);

}  // namespace robustcheck::app
