#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "job_queue.h"
#include "robustcheck/eval/worker_pool.h"
#include "worker_process.h"

namespace robustcheck::eval {

using Clock = std::chrono::steady_clock;

/// What every worker of a pool is started with.
struct PoolSetup {
  PoolOptions options;
  std::string model;    ///< path, for messages
  std::string request;  ///< encoded SetupRequest
};

/// Place of one worker: the process comes and goes.
struct Slot {
  std::unique_ptr<WorkerProcess> process;  ///< null: to be started
  bool ready = false;                      ///< its setup was answered
  std::optional<JobQueue::Job> job;        ///< under way, or waiting for the setup
  Clock::time_point deadline;              ///< of the setup or the job
  double allowed_s = 0.0;                  ///< what led to the deadline
  std::set<std::string> known;             ///< configurations of which it has answered a job
  std::set<std::string> loaded;            ///< load keys of these
  std::string last_key;
  int setup_deaths = 0;  ///< in a row
  double start_s = 0.0;  ///< from the start of a process to the answer to its setup, summed over its processes

  void forget_process();
};

/// Hands jobs to slots until all are answered; WorkerPool::run states results and errors. After an error no slot holds
/// a job, and processes whose answers nobody waits for are gone.
std::vector<Reply> run_jobs(const PoolSetup& setup, std::span<Slot> slots, std::span<const Request> jobs,
                            const std::function<bool()>& interrupted);

}  // namespace robustcheck::eval
