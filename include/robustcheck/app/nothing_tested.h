#pragma once

#include <string>

#include "robustcheck/report/report.h"

namespace robustcheck::app {

/// Why a complete run without a finding says nothing: no evaluation was made, candidates above
/// the limit were not tested, a corpus was empty, a case of it gave no
/// output. "" where there was something to test.
std::string nothing_tested(const report::Report& report);

}  // namespace robustcheck::app
