#pragma once

#include <cstdint>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/run_directory.h"
#include "robustcheck/app/session.h"

namespace robustcheck::app {

/// Gives each counterexample up to three example images, worst first, and writes a case and a picture for each. An
/// image is observed as replay does it; one that fails only in its old batch (last bits) is no example. Adds its
/// evaluations to `evaluations` as it goes. A run that is not `complete` writes one example each: somebody waits.
void write_examples(ConfirmOutcome& confirmed, Session& session, const Bench& bench, const RunDirectory& directory,
                    bool complete, std::uint64_t& evaluations);

}  // namespace robustcheck::app
