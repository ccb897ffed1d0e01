#pragma once

#include "robustcheck/space/catalogue.h"

namespace robustcheck::transform {

/// Descriptions of all transforms and knobs: what a variance may name.
const space::Catalogue& catalogue();

}  // namespace robustcheck::transform
