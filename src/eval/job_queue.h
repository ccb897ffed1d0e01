#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "robustcheck/eval/messages.h"

namespace robustcheck::eval {

/// What a job needs set up in a worker: the configuration of a forward pass; "" for other jobs.
std::string configuration_key(const Request& job);
/// What a worker must have loaded for a job: its knobs of model scope; "" for the network as it is and for other jobs.
std::string load_key(const Request& job);
/// Slots that a job takes: its `threads` knob, at least 1, at most `workers`.
std::size_t slots_of(const Request& job, std::size_t workers);

/// Jobs that wait, grouped by configuration in the order of first appearance, so that a worker seldom switches.
class JobQueue {
 public:
  JobQueue(std::span<const Request> jobs, std::size_t workers);

  struct Job {
    std::size_t index;  ///< in `jobs`
    std::string key;
    std::string load_key;
    std::size_t slots;
  };
  /// A worker that asks for a job, and what the others do.
  struct Asker {
    std::string last_key;              ///< the configuration that it ran last
    std::set<std::string> loaded;      ///< load keys of which it has answered a job
    std::set<std::string> elsewhere;   ///< those of the others
    std::vector<std::string> running;  ///< configurations that the others run now
  };
  /// The same configuration if there is more of it, else one whose network the worker has loaded, else one that no
  /// other worker has; among these one that no other worker is running. Never one that takes more than `free_slots`.
  std::optional<Job> take(const Asker& asker, std::size_t free_slots);

 private:
  struct Group {
    std::string key;
    std::string load_key;
    std::size_t slots;
    std::deque<std::size_t> jobs;
  };
  std::vector<Group> groups_;
};

}  // namespace robustcheck::eval
