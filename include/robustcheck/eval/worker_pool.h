#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "robustcheck/eval/evaluator.h"
#include "robustcheck/eval/messages.h"

namespace robustcheck::eval {

/// The first job of a configuration in a worker loads a variant and warms up: it gets this many times the deadline.
inline constexpr double kFirstJobFactor = 4.0;

struct PoolOptions {
  std::filesystem::path worker;  ///< program robustcheck-worker
  std::size_t workers = 1;
  double timeout_s = 60.0;                         ///< deadline of one job
  double setup_timeout_s = 240.0;                  ///< deadline of loading the model
  std::map<std::string, std::string> environment;  ///< added to that of the workers
  bool verbose = false;                            ///< what workers print goes to stderr
};

/// Worker processes that run jobs. Started lazily with posix_spawn over a socket pair; a worker that dies, exceeds its
/// deadline or breaks the protocol is restarted and its job is answered with a typed Failure (crash, timeout,
/// out_of_memory). Not thread-safe.
class WorkerPool {
 public:
  WorkerPool(PoolOptions options, SetupRequest setup);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs all jobs, any worker each, and returns their replies in order: the alternative that belongs to the request
  /// (a ForwardReply with exactly `wanted` rows), or a Failure. A forward job whose `threads` knob is n takes n slots
  /// (at most all). Throws Error{input} with the worker's message for a model that cannot be loaded, that kills the
  /// worker twice while loading or takes longer than setup_timeout_s; Error{usage} for a program that cannot be
  /// started; Error{internal} for a worker of another build. At most `most_workers` work at it.
  std::vector<Reply> run(std::span<const Request> jobs, std::size_t most_workers = SIZE_MAX);
  /// Runs one job in a worker that was started for it alone (the second opinion on a crash).
  Reply run_in_fresh_worker(const Request& job);
  /// Seconds that workers took so far to start and load the model, summed over the workers.
  double start_seconds() const;
  /// Called between jobs; returning true makes run() throw Error{interrupted} after the jobs under way.
  void set_interrupt(std::function<bool()> interrupted);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Path of the worker program: $ROBUSTCHECK_WORKER, else beside this executable. Throws Error{usage} if it is missing.
std::filesystem::path find_worker();

}  // namespace robustcheck::eval
