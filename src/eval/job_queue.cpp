#include "job_queue.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "robustcheck/space/catalogue.h"

namespace robustcheck::eval {

std::string configuration_key(const Request& job) {
  const auto* forward = std::get_if<ForwardRequest>(&job);
  if (forward == nullptr) return "";
  std::string key = "forward";
  for (const auto& [knob, value] : forward->config) key += "|" + knob + "=" + value;
  return key;
}

std::string load_key(const Request& job) {
  const auto* forward = std::get_if<ForwardRequest>(&job);
  if (forward == nullptr) return "";
  std::string key;
  for (const space::KnobInfo& info : space::all_knobs()) {
    if (info.scope != "model") continue;
    if (const auto knob = forward->config.find(info.name); knob != forward->config.end())
      key += "|" + knob->first + "=" + knob->second;
  }
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
    if (is_new) groups_.push_back({key, load_key(jobs[i]), slots_of(jobs[i], workers), {}});
    groups_[found->second].jobs.push_back(i);
  }
}

std::optional<JobQueue::Job> JobQueue::take(const Asker& asker, std::size_t free_slots) {
  const auto preference = [&](const Group& group) {
    if (group.key == asker.last_key) return 6;
    const int loaded = asker.loaded.contains(group.load_key) ? 4 : asker.elsewhere.contains(group.load_key) ? 0 : 2;
    const bool running = std::ranges::find(asker.running, group.key) != asker.running.end();
    return loaded + (running ? 0 : 1);
  };
  auto best = groups_.end();
  for (auto group = groups_.begin(); group != groups_.end(); ++group)
    if (group->slots <= free_slots && (best == groups_.end() || preference(*group) > preference(*best))) best = group;
  if (best == groups_.end()) return std::nullopt;
  const Job job{best->jobs.front(), best->key, best->load_key, best->slots};
  best->jobs.pop_front();
  if (best->jobs.empty()) groups_.erase(best);
  return job;
}

}  // namespace robustcheck::eval
