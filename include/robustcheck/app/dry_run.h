#pragma once

#include "robustcheck/app/options.h"
#include "robustcheck/app/session.h"

namespace robustcheck::app {

/// Prints what `search` would do (space, evaluations, a time estimate from one timed batch) and writes nothing.
int dry_run(const SearchOptions& options, Session& session);

}  // namespace robustcheck::app
