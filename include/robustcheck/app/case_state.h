#pragma once

#include <string>

#include "robustcheck/app/case_file.h"

namespace robustcheck::app {

enum class CaseState {
  same,     ///< fails, with the scores of the case, bit for bit
  fails,    ///< violates its oracle with other scores
  fixed,    ///< there is an output, and it does not violate
  not_run,  ///< no output here or at the reference: neither fixed nor failing
};
const std::string& name(CaseState state);

struct CaseResult {
  CaseState state = CaseState::not_run;
  std::string reason;  ///< of not_run, one line

  bool failing() const { return state == CaseState::same || state == CaseState::fails; }
};

/// Judges what a case came to. For the oracle `crash` no output is the failure; a knob value that is unavailable, an
/// image that cannot be read and a reference without an output are not_run for every oracle.
CaseResult judge_case(const Case& one, const oracle::Observation& reference, const oracle::Observation& observed);

/// Runs a case whose image is `index` in `session`.
CaseResult run_case(const Case& one, ImageIndex index, Session& session);

}  // namespace robustcheck::app
