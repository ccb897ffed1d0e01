#include "robustcheck/eval/worker_pool.h"

#include <algorithm>
#include <numeric>

#include "pool_run.h"

namespace robustcheck::eval {
namespace {

constexpr double kFarewellSeconds = 0.5;

/// Lets idle workers end by themselves; the rest is killed with its slot.
void farewell(std::span<Slot> slots) {
  std::vector<WorkerProcess*> processes;
  for (Slot& slot : slots) {
    if (!slot.process) continue;
    slot.process->hang_up();
    processes.push_back(slot.process.get());
  }
  wait_for_ends(processes, kFarewellSeconds);
}

}  // namespace

struct WorkerPool::Impl {
  PoolSetup setup;
  std::vector<Slot> slots;
  std::function<bool()> interrupted;
  double fresh_start_s = 0.0;
};

WorkerPool::WorkerPool(PoolOptions options, SetupRequest setup) : impl_(std::make_unique<Impl>()) {
  impl_->slots = std::vector<Slot>(std::max<std::size_t>(options.workers, 1));
  impl_->setup = {std::move(options), setup.model, ""};
  impl_->setup.request = encode(Request(std::move(setup)));
}

WorkerPool::~WorkerPool() { farewell(impl_->slots); }

std::vector<Reply> WorkerPool::run(std::span<const Request> jobs, std::size_t most_workers) {
  const auto slots = std::span(impl_->slots).first(std::clamp<std::size_t>(most_workers, 1, impl_->slots.size()));
  return run_jobs(impl_->setup, slots, jobs, impl_->interrupted);
}

Reply WorkerPool::run_in_fresh_worker(const Request& job) {
  std::vector<Slot> slots(1);
  Reply reply = run_jobs(impl_->setup, slots, {&job, 1}, impl_->interrupted).front();
  impl_->fresh_start_s += slots.front().start_s;
  farewell(slots);
  return reply;
}

double WorkerPool::start_seconds() const {
  const auto add = [](double sum, const Slot& slot) { return sum + slot.start_s; };
  return std::accumulate(impl_->slots.begin(), impl_->slots.end(), impl_->fresh_start_s, add);
}

void WorkerPool::set_interrupt(std::function<bool()> interrupted) { impl_->interrupted = std::move(interrupted); }

}  // namespace robustcheck::eval
