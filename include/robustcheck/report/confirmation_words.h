#pragma once

#include <string>

#include "robustcheck/report/report.h"

namespace robustcheck::report {

/// What a run without a finding has shown: "no failure above 5 % confirmed in 23 tests on 455 unseen images; a tested
/// variance that fails on 9.8 % would have been (probability 0.8)".
std::string nothing_confirmed(double failure_limit, const Confirmation& confirmation);

/// "12 of 31 candidates above the limit were not tested; --after-budget 4200 would do"; empty where all were.
std::string left_untested(const Counts& counts);

}  // namespace robustcheck::report
