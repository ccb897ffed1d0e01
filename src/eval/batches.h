#pragma once

#include <functional>
#include <span>
#include <vector>

#include "robustcheck/eval/messages.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::eval {

/// One image of one trial.
struct Place {
  std::size_t trial = 0;
  std::size_t row = 0;
};

/// What one forward pass computes; padding is not part of it.
using Batch = std::vector<Place>;

/// All batches of one configuration.
struct Group {
  space::Assignment config;
  std::size_t batch_size = 1;
  std::vector<Batch> batches;
};

using Trials = std::span<const space::Trial>;

/// Joins the trials of one configuration, in their order, into one stream and cuts it into batches. Groups stand in the
/// order of first appearance.
std::vector<Group> form_groups(Trials trials, const std::function<std::size_t(const space::Assignment&)>& batch_size);

WorkItem work_item(Trials trials, const Place& place);

/// A job for `items`, padded to `batch_size` with copies of the first.
ForwardRequest make_job(const space::Assignment& config, std::size_t batch_size, std::vector<WorkItem> items);

}  // namespace robustcheck::eval
