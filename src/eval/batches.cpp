#include "batches.h"

#include <map>

namespace robustcheck::eval {

std::vector<Group> form_groups(Trials trials, const std::function<std::size_t(const space::Assignment&)>& batch_size) {
  std::vector<Group> groups;
  std::map<space::Assignment, std::size_t> group_of;
  for (std::size_t trial = 0; trial < trials.size(); ++trial) {
    const space::Assignment& config = trials[trial].variance.config;
    const auto [found, is_new] = group_of.try_emplace(config, groups.size());
    if (is_new) groups.push_back({config, batch_size(config), {}});
    Group& group = groups[found->second];
    for (std::size_t row = 0; row < trials[trial].images.size(); ++row) {
      if (group.batches.empty() || group.batches.back().size() == group.batch_size) group.batches.emplace_back();
      group.batches.back().push_back({trial, row});
    }
  }
  return groups;
}

WorkItem work_item(Trials trials, const Place& place) {
  const space::Trial& trial = trials[place.trial];
  return {trial.images[place.row], trial.variance.data, trial.variance.seed};
}

ForwardRequest make_job(const space::Assignment& config, std::size_t batch_size, std::vector<WorkItem> items) {
  const auto wanted = static_cast<std::uint32_t>(items.size());
  while (items.size() < batch_size) items.push_back(WorkItem(items.front()));
  return {config, std::move(items), wanted};
}

}  // namespace robustcheck::eval
