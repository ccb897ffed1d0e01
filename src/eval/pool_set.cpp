#include "robustcheck/eval/pool_set.h"

#include <algorithm>
#include <cstdint>
#include <future>
#include <map>

#include "robustcheck/base/error.h"

namespace robustcheck::eval {
namespace {

using space::Environment;

Environment environment_of(const Request& job) {
  const auto* forward = std::get_if<ForwardRequest>(&job);
  return forward == nullptr ? Environment{} : space::environment_of(forward->config);
}

using Share = PoolSet::Share;

/// In the order of first appearance.
std::vector<Share> shares_of(std::span<const Request> jobs) {
  std::vector<Share> shares;
  std::map<Environment, std::size_t> share_of;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Environment environment = environment_of(jobs[i]);
    const auto [found, is_new] = share_of.try_emplace(environment, shares.size());
    if (is_new) shares.push_back({std::move(environment), {}});
    shares[found->second].jobs.push_back(i);
  }
  return shares;
}

/// A worker of a further environment takes a third of a second to start: few jobs are not worth two of them.
std::size_t workers_for(const Environment& environment, std::size_t jobs) {
  constexpr std::size_t kJobsPerStart = 4;
  return environment.empty() ? SIZE_MAX : (jobs + kJobsPerStart - 1) / kJobsPerStart;
}

Failure unavailable(const Environment& environment, const Error& error) {
  std::string variables;
  for (const auto& [name, value] : environment) variables += name + "=" + value + " ";
  return {oracle::Status::unavailable, "no worker starts with " + variables + "in its environment: " + error.what()};
}

}  // namespace

PoolSet::PoolSet(PoolOptions options, SetupRequest setup, std::size_t max_pools)
    : options_(std::move(options)),
      setup_(std::move(setup)),
      max_pools_(std::max<std::size_t>(max_pools, 1)),
      reference_(options_, setup_) {}

bool PoolSet::is_open(const Environment& environment) const {
  const auto same = [&](const Entry& entry) { return entry.environment == environment; };
  return environment.empty() || std::any_of(pools_.begin(), pools_.end(), same);
}

void PoolSet::close_oldest() {
  closed_start_s_ += pools_.back().pool.start_seconds();
  pools_.pop_back();
}

WorkerPool& PoolSet::pool_for(const Environment& environment) {
  if (environment.empty()) return reference_;
  const auto same = [&](const Entry& entry) { return entry.environment == environment; };
  if (const auto found = std::find_if(pools_.begin(), pools_.end(), same); found != pools_.end()) {
    pools_.splice(pools_.begin(), pools_, found);
    return pools_.front().pool;
  }
  while (pools_.size() >= max_pools_) close_oldest();
  PoolOptions options = options_;
  for (const auto& [name, value] : environment) options.environment[name] = value;
  pools_.emplace_front(environment, std::move(options), setup_);
  pools_.front().pool.set_interrupt(interrupted_);
  return pools_.front().pool;
}

std::vector<Reply> PoolSet::run_in(WorkerPool& pool, const Environment& environment, std::span<const Request> jobs,
                                   std::size_t workers) {
  try {
    return pool.run(jobs, workers);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input || environment.empty()) throw;
    return std::vector<Reply>(jobs.size(), unavailable(environment, error));
  }
}

std::vector<Reply> PoolSet::run(std::span<const Request> jobs) {
  std::vector<Share> shares = shares_of(jobs);
  if (shares.size() == 1) {
    const Environment& environment = shares.front().environment;
    return run_in(pool_for(environment), environment, jobs, workers_for(environment, jobs.size()));
  }
  // What is open first: opening another pool may close it. Of these the reference, which takes all workers.
  std::stable_partition(shares.begin(), shares.end(), [&](const Share& share) { return is_open(share.environment); });
  std::stable_partition(shares.begin(), shares.end(), [](const Share& share) { return share.environment.empty(); });
  std::vector<Reply> replies(jobs.size());
  std::span<const Share> rest(shares);
  while (!rest.empty()) {
    const bool alone = rest.front().environment.empty();
    const std::size_t side_by_side = alone ? 1 : std::min({rest.size(), options_.workers, max_pools_});
    run_side_by_side(rest.first(side_by_side), jobs, replies);
    rest = rest.subspan(side_by_side);
  }
  return replies;
}

/// One share takes as many workers as it is worth, several one each.
void PoolSet::run_side_by_side(std::span<const Share> shares, std::span<const Request> jobs,
                               std::vector<Reply>& replies) {
  std::vector<std::future<std::vector<Reply>>> answers;
  for (const Share& share : shares) {
    WorkerPool& pool = pool_for(share.environment);
    const std::size_t workers = shares.size() > 1 ? 1 : workers_for(share.environment, share.jobs.size());
    answers.push_back(std::async(shares.size() > 1 ? std::launch::async : std::launch::deferred, [&, workers] {
      std::vector<Request> part;
      for (const std::size_t i : share.jobs) part.push_back(jobs[i]);
      return run_in(pool, share.environment, part, workers);
    }));
  }
  for (std::future<std::vector<Reply>>& answer : answers) answer.wait();  // all, before one of them throws
  for (std::size_t s = 0; s < shares.size(); ++s) {
    std::vector<Reply> part = answers[s].get();
    for (std::size_t i = 0; i < part.size(); ++i) replies[shares[s].jobs[i]] = std::move(part[i]);
  }
}

Reply PoolSet::run_in_fresh_worker(const Request& job) {
  const Environment environment = environment_of(job);
  try {
    return pool_for(environment).run_in_fresh_worker(job);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input || environment.empty()) throw;
    return unavailable(environment, error);
  }
}

void PoolSet::set_interrupt(std::function<bool()> interrupted) {
  interrupted_ = std::move(interrupted);
  reference_.set_interrupt(interrupted_);
  for (Entry& entry : pools_) entry.pool.set_interrupt(interrupted_);
}

double PoolSet::start_seconds() const {
  double sum = closed_start_s_ + reference_.start_seconds();
  for (const Entry& entry : pools_) sum += entry.pool.start_seconds();
  return sum;
}

std::vector<Environment> PoolSet::open_pools() const {
  std::vector<Environment> environments;
  for (const Entry& entry : pools_) environments.push_back(entry.environment);
  return environments;
}

}  // namespace robustcheck::eval
