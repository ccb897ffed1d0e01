#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "robustcheck/eval/messages.h"

namespace robustcheck::eval {

/// What a job needs set up in a worker: the configuration of a forward pass; "" for other jobs.
std::string configuration_key(const Request& job);
/// Slots that a job takes: its `threads` knob, at least 1, at most `workers`.
std::size_t slots_of(const Request& job, std::size_t workers);

/// Jobs that wait, grouped by configuration in the order of first appearance, so that a worker seldom switches.
class JobQueue {
 public:
  JobQueue(std::span<const Request> jobs, std::size_t workers);

  struct Job {
    std::size_t index;  ///< in `jobs`
    std::string key;
    std::size_t slots;
  };
  /// The next job for a worker that last ran `last_key`: the same configuration if there is more of it, else one that
  /// no other worker is `running`, else any; never one that takes more than `free_slots`.
  std::optional<Job> take(const std::string& last_key, std::span<const std::string> running, std::size_t free_slots);

 private:
  struct Group {
    std::string key;
    std::size_t slots;
    std::deque<std::size_t> jobs;
  };
  std::vector<Group> groups_;
};

}  // namespace robustcheck::eval
