#pragma once

#include <string>
#include <vector>

#include "robustcheck/base/json.h"

namespace robustcheck::report {

/// "3 worse, 1 fixed, 12 the same, 2 not run" of `baseline_variances`; "" where the run had no --baseline.
std::string comparison_in_words(const Json& report);
/// The rows that a reader should see: worst news first, without those that are the same; those not run last.
std::vector<const Json*> told_rows(const Json& report);

}  // namespace robustcheck::report
