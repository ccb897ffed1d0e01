#pragma once

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

/// Loading a variant and warming up take longer than a forward pass.
inline constexpr double kFirstJobFactor = 4.0;

struct PoolOptions {
  std::filesystem::path worker;  ///< program robustcheck-worker
  std::size_t workers = 1;
  double timeout_s = 60.0;  ///< deadline of one job; the first of a configuration in a worker gets kFirstJobFactor times it
  double setup_timeout_s = 240.0;                  ///< deadline of loading the model
  std::map<std::string, std::string> environment;  ///< added to that of the workers
  bool verbose = false;                            ///< what workers print goes to stderr
};

/// Worker processes that run jobs. Started lazily with posix_spawn over a socket pair; a worker that dies or exceeds its
/// deadline is restarted and its job is answered with a typed Failure (crash, timeout, out_of_memory). Not thread-safe.
class WorkerPool {
 public:
  WorkerPool(PoolOptions options, SetupRequest setup);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs all jobs, any worker each, and returns their replies in order. A forward job whose `threads` knob is n takes n
  /// slots (at most all). Setup failures (a model that cannot be loaded) throw Error{input} with the worker's message.
  std::vector<Reply> run(std::span<const Request> jobs);
  /// Runs one job in a worker that was started for it alone (the second opinion on a crash).
  Reply run_in_fresh_worker(const Request& job);
  /// Called between jobs; returning true makes run() throw Error{interrupted} after the jobs under way.
  void set_interrupt(std::function<bool()> interrupted);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Path of the worker program: $ROBUSTCHECK_WORKER, else beside this executable. Throws Error{usage} if it is missing.
std::filesystem::path find_worker();

}  // namespace robustcheck::eval
