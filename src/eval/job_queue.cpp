#include "job_queue.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace robustcheck::eval {

std::string configuration_key(const Request& job) {
  const auto* forward = std::get_if<ForwardRequest>(&job);
  if (forward == nullptr) return "";
  std::string key = "forward";
  for (const auto& [knob, value] : forward->config) key += "|" + knob + "=" + value;
  return key;
}

std::size_t slots_of(const Request& job, std::size_t workers) {
  const auto* forward = std::get_if<ForwardRequest>(&job);
  if (forward == nullptr) return 1;
  const auto threads = forward->config.find("threads");
  if (threads == forward->config.end()) return 1;
  const std::string& text = threads->second;
  std::size_t value = 1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp<std::size_t>(value, 1, workers);
}

JobQueue::JobQueue(std::span<const Request> jobs, std::size_t workers) {
  std::unordered_map<std::string, std::size_t> group_of;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const std::string key = configuration_key(jobs[i]);
    const auto [found, is_new] = group_of.try_emplace(key, groups_.size());
    if (is_new) groups_.push_back({key, slots_of(jobs[i], workers), {}});
    groups_[found->second].jobs.push_back(i);
  }
}

std::optional<JobQueue::Job> JobQueue::take(const std::string& last_key, std::span<const std::string> running,
                                            std::size_t free_slots) {
  const auto preference = [&](const Group& group) {
    if (group.key == last_key) return 2;
    return std::find(running.begin(), running.end(), group.key) == running.end() ? 1 : 0;
  };
  auto best = groups_.end();
  for (auto group = groups_.begin(); group != groups_.end(); ++group)
    if (group->slots <= free_slots && (best == groups_.end() || preference(*group) > preference(*best))) best = group;
  if (best == groups_.end()) return std::nullopt;
  const Job job{best->jobs.front(), best->key, best->slots};
  best->jobs.pop_front();
  if (best->jobs.empty()) groups_.erase(best);
  return job;
}

}  // namespace robustcheck::eval
