#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "robustcheck/space/space.h"

namespace robustcheck::analysis {

/// Does this variance still fail in the same way? nullopt: the allowance ran out, ask no more.
using StillFails = std::function<std::optional<bool>(const space::Variance&)>;

struct Minimized {
  space::Variance variance;
  bool minimal = true;  ///< false when the allowance ran out first
};

/// Fewest genes first (drop a transform, reset a knob), then milder values; never assumes that strength is monotone:
/// every accepted step was tested. Terminates at a variance from which no single gene can be dropped and no strength
/// moved a tenth of its distance to neutral (an integer by one at least) without losing the failure; a strength below a
/// thousandth of its range is left as it is. Asks no variance twice; deterministic.
Minimized minimize(const space::Variance& failing, const space::Space& space, const StillFails& still_fails);

}  // namespace robustcheck::analysis
