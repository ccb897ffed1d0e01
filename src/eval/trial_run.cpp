#include "trial_run.h"

#include <algorithm>
#include <optional>

namespace robustcheck::eval {
namespace {

constexpr std::size_t kSampleImages = 8;  // at least, of a configuration that is not proven
constexpr std::size_t kCostlyProbes = 2;  // images of a trial that may hang alone, each for a whole deadline, or crash

/// One batch to run.
struct Task {
  std::size_t group = 0;
  std::size_t batch = 0;
};

/// The failure that all of at least two observations share, by status.
std::optional<Failure> shared_failure(const std::vector<const oracle::Observation*>& rows) {
  if (rows.size() < 2 || rows.front()->ok()) return std::nullopt;
  for (const oracle::Observation* row : rows)
    if (row->status != rows.front()->status) return std::nullopt;
  return Failure{rows.front()->status, rows.front()->message};
}

/// One call of observe_trials().
class TrialRun {
 public:
  TrialRun(Trials trials, const std::vector<Group>& groups, const RunJobs& run, std::set<space::Assignment>& proven)
      : trials_(trials),
        groups_(groups),
        run_(run),
        proven_(proven),
        blamed_configs_(groups.size()),
        blamed_trials_(trials.size()) {
    for (const space::Trial& trial : trials) observations_.emplace_back(trial.images.size());
  }

  Observations complete() {
    std::vector<Task> first, rest;
    std::vector<std::size_t> sampled;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const std::size_t sample = sample_size(groups_[g]);
      for (std::size_t b = 0; b < groups_[g].batches.size(); ++b) (b < sample ? first : rest).push_back({g, b});
      if (sample < groups_[g].batches.size()) sampled.push_back(g);
    }
    run_tasks(first);
    for (const std::size_t group : sampled) judge_configuration(group);
    run_tasks(rest);
    return std::move(observations_);
  }

 private:
  /// Batches of a group that are run before the others.
  std::size_t sample_size(const Group& group) const {
    if (proven_.contains(group.config)) return group.batches.size();
    return std::min(group.batches.size(), (kSampleImages + group.batch_size - 1) / group.batch_size);
  }

  oracle::Observation& at(const Place& place) { return observations_[place.trial][place.row]; }

  void fail(std::span<const Place> places, const Failure& failure) {
    for (const Place& place : places) at(place) = oracle::failed_observation(failure.status, failure.message);
  }

  void accept(const Group& group, std::span<const Place> places, ForwardReply reply) {
    proven_.insert(group.config);
    for (std::size_t i = 0; i < places.size(); ++i) at(places[i]) = std::move(reply.rows[i]);
  }

  void run_tasks(const std::vector<Task>& tasks) {
    std::vector<Task> run;
    std::vector<Request> jobs;
    for (const Task& task : tasks) {
      const Group& group = groups_[task.group];
      const Batch& batch = group.batches[task.batch];
      if (blamed_configs_[task.group]) {
        fail(batch, *blamed_configs_[task.group]);
        continue;
      }
      std::vector<WorkItem> items;
      for (const Place& place : batch) items.push_back(work_item(trials_, place));
      jobs.emplace_back(make_job(group.config, group.batch_size, std::move(items)));
      run.push_back(task);
    }
    if (jobs.empty()) return;
    std::vector<Reply> replies = run_(jobs);
    for (std::size_t i = 0; i < run.size(); ++i) settle(run[i], std::move(replies[i]));
  }

  void settle(const Task& task, Reply reply) {
    const Group& group = groups_[task.group];
    const Batch& batch = group.batches[task.batch];
    if (auto* rows = std::get_if<ForwardReply>(&reply)) return accept(group, batch, std::move(*rows));
    const Failure& failure = std::get<Failure>(reply);
    if (failure.status == oracle::Status::unavailable) blamed_configs_[task.group] = failure;
    if (failure.status == oracle::Status::unavailable || batch.size() == 1) return fail(batch, failure);
    examine(group, batch, failure);
  }

  /// Trial by trial: the places of one trial stand together.
  void examine(const Group& group, std::span<const Place> batch, const Failure& failure) {
    while (!batch.empty()) {
      const std::size_t trial = batch.front().trial;
      const auto end =
          std::find_if(batch.begin(), batch.end(), [&](const Place& place) { return place.trial != trial; });
      const auto part = batch.first(static_cast<std::size_t>(end - batch.begin()));
      if (blamed_trials_[trial])
        fail(part, *blamed_trials_[trial]);
      else
        run_alone(group, part, is_costly(failure, group) ? kCostlyProbes : part.size());
      blamed_trials_[trial] = blamed_trials_[trial] ? blamed_trials_[trial] : shared_failure(rows_of(part));
      batch = batch.subspan(part.size());
    }
  }

  /// Each image that hangs costs a deadline, each that crashes a worker: a few must do, unless a crash may be the
  /// image's, because the configuration has worked before.
  bool is_costly(const Failure& failure, const Group& group) const {
    const bool crash = failure.status == oracle::Status::crash && !group.config.empty();
    return failure.status == oracle::Status::timeout || (crash && !proven_.contains(group.config));
  }

  std::vector<const oracle::Observation*> rows_of(std::span<const Place> places) {
    std::vector<const oracle::Observation*> rows;
    for (const Place& place : places) rows.push_back(&at(place));
    return rows;
  }

  /// The first `probes` places alone; the others too, unless all probes fail alike.
  void run_alone(const Group& group, std::span<const Place> places, std::size_t probes) {
    const auto first = places.first(std::min(probes, places.size()));
    run_singles(group, first);
    const auto rest = places.subspan(first.size());
    if (rest.empty()) return;
    if (const std::optional<Failure> shared = shared_failure(rows_of(first)))
      fail(rest, *shared);
    else
      run_singles(group, rest);
  }

  void run_singles(const Group& group, std::span<const Place> places) {
    std::vector<Request> jobs;
    for (const Place& place : places)
      jobs.emplace_back(make_job(group.config, group.batch_size, {work_item(trials_, place)}));
    std::vector<Reply> replies = run_(jobs);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (auto* rows = std::get_if<ForwardReply>(&replies[i]))
        accept(group, places.subspan(i, 1), std::move(*rows));
      else
        fail(places.subspan(i, 1), std::get<Failure>(replies[i]));
    }
  }

  /// After the sample: is it the configuration, whatever the images and the transforms?
  void judge_configuration(std::size_t index) {
    const Group& group = groups_[index];
    if (blamed_configs_[index]) return;
    std::vector<const oracle::Observation*> rows;
    for (std::size_t b = 0; b < sample_size(group); ++b)
      for (const Place& place : group.batches[b]) rows.push_back(&at(place));
    const std::optional<Failure> shared = shared_failure(rows);
    if (shared && fails_unperturbed(group, *shared)) blamed_configs_[index] = shared;
  }

  bool fails_unperturbed(const Group& group, const Failure& failure) {
    WorkItem item = work_item(trials_, group.batches.front().front());
    if (item.data.empty()) return true;
    item.data.clear();
    const std::vector<Request> job = {make_job(group.config, group.batch_size, {std::move(item)})};
    const std::vector<Reply> replies = run_(job);
    const auto* answer = std::get_if<Failure>(&replies.front());
    return answer != nullptr && answer->status == failure.status;
  }

  Trials trials_;
  const std::vector<Group>& groups_;
  const RunJobs& run_;
  std::set<space::Assignment>& proven_;
  std::vector<std::optional<Failure>> blamed_configs_;  ///< per group
  std::vector<std::optional<Failure>> blamed_trials_;
  Observations observations_;
};

}  // namespace

Observations observe_trials(Trials trials, const std::vector<Group>& groups, const RunJobs& run,
                            std::set<space::Assignment>& proven) {
  return TrialRun(trials, groups, run, proven).complete();
}

}  // namespace robustcheck::eval
