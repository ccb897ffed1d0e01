#include "knobs.h"

namespace robustcheck::space {

KnobTable structural_knobs() { return {}; }

}  // namespace robustcheck::space
