#pragma once

#include <vector>

#include "robustcheck/space/catalogue.h"

namespace robustcheck::space {

using KnobTable = std::vector<KnobInfo>;

/// The rows of all_knobs(), a table (and a file) per class.
KnobTable numerical_knobs();
KnobTable quantization_knobs();
KnobTable preprocessing_knobs();
KnobTable structural_knobs();

}  // namespace robustcheck::space
