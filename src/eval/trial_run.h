#pragma once

#include <functional>
#include <set>
#include <span>
#include <vector>

#include "batches.h"
#include "robustcheck/eval/messages.h"
#include "robustcheck/oracle/observation.h"

namespace robustcheck::eval {

using RunJobs = std::function<std::vector<Reply>(std::span<const Request>)>;
using Observations = std::vector<std::vector<oracle::Observation>>;

/// Observes all trials through `run`, which answers jobs in order.
///   A batch that fails as a whole is run again image by image, each alone in a batch of copies: only the images that
///   cause it fail.
///   Of a configuration that is not in `proven`, a sample of batches is run first. Where every image of it fails in the
///   same way, and an unperturbed one too, the configuration is to blame: the rest fails likewise without being run.
///   A trial with at least two images in a failing batch, all of which fail alone in the same way, is not examined
///   again in its other failing batches. Of a batch without answer in time two images of each trial are tried alone: if
///   these hang too, all do.
/// `proven` gains the configurations that answered.
Observations observe_trials(Trials trials, const std::vector<Group>& groups, const RunJobs& run,
                            std::set<space::Assignment>& proven);

}  // namespace robustcheck::eval
