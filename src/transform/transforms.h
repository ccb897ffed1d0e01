#pragma once

#include "robustcheck/transform/transform.h"

/// The registry: one line adds a transform, one file of that name holds it. The order is that of `list transforms`.
#define ROBUSTCHECK_TRANSFORMS(X) \
  X(rotate)                       \
  X(translate)                    \
  X(zoom)                         \
  X(shear)                        \
  X(brightness)                   \
  X(contrast)                     \
  X(saturation)                   \
  X(gaussian_noise)               \
  X(gaussian_blur)                \
  X(motion_blur)                  \
  X(jpeg)                         \
  X(occlude)

namespace robustcheck::transform {

#define ROBUSTCHECK_DECLARE(name) Transform name();
ROBUSTCHECK_TRANSFORMS(ROBUSTCHECK_DECLARE)
#undef ROBUSTCHECK_DECLARE

}  // namespace robustcheck::transform
