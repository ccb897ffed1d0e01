#pragma once

#include <functional>
#include <list>
#include <span>
#include <vector>

#include "robustcheck/eval/worker_pool.h"
#include "robustcheck/space/environment.h"

namespace robustcheck::eval {

/// Worker pools, one per environment that the process-scope knobs of the jobs ask for (space::environment_of). The
/// reference pool has the plain environment and is never closed; the others are opened when a job needs them, at most
/// `max_pools` of them at once: the least recently used one is closed for the next. No more than
/// PoolOptions::workers compute at a time: the reference pool runs first, then others side by side with a worker each.
/// Not thread-safe.
class PoolSet {
 public:
  static constexpr std::size_t kDefaultMaxPools = 4;

  /// The jobs of one environment, by their index.
  struct Share {
    space::Environment environment;
    std::vector<std::size_t> jobs;
  };

  PoolSet(PoolOptions options, SetupRequest setup, std::size_t max_pools = kDefaultMaxPools);

  /// As WorkerPool::run(), each job in its environment. Where workers do not start in an environment other than the
  /// reference, its jobs are answered with Failure{unavailable}: that is no fault of the model.
  std::vector<Reply> run(std::span<const Request> jobs);
  /// Runs one job in a worker that was started for it alone, in the job's environment.
  Reply run_in_fresh_worker(const Request& job);
  /// See WorkerPool.
  void set_interrupt(std::function<bool()> interrupted);

  /// See WorkerPool; over all pools, closed ones too.
  double start_seconds() const;

  /// Environments of the open pools other than the reference's, most recently used first.
  std::vector<space::Environment> open_pools() const;

 private:
  struct Entry {
    Entry(space::Environment variables, PoolOptions options, SetupRequest setup)
        : environment(std::move(variables)), pool(std::move(options), std::move(setup)) {}
    space::Environment environment;
    WorkerPool pool;
  };

  bool is_open(const space::Environment& environment) const;
  void close_oldest();
  WorkerPool& pool_for(const space::Environment& environment);
  static std::vector<Reply> run_in(WorkerPool& pool, const space::Environment& environment,
                                   std::span<const Request> jobs, std::size_t workers);
  void run_side_by_side(std::span<const Share> shares, std::span<const Request> jobs, std::vector<Reply>& replies);

  PoolOptions options_;
  SetupRequest setup_;
  std::size_t max_pools_;
  std::function<bool()> interrupted_;
  WorkerPool reference_;
  std::list<Entry> pools_;  ///< most recently used first
  double closed_start_s_ = 0.0;
};

}  // namespace robustcheck::eval
