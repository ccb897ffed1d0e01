#include "robustcheck/eval/process_evaluator.h"

#include <algorithm>
#include <charconv>

#include "batches.h"
#include "robustcheck/base/error.h"
#include "trial_run.h"

namespace robustcheck::eval {
namespace {

constexpr std::size_t kLargestBatch = 4096;

std::size_t parse_batch_size(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > kLargestBatch)
    throw Error(ErrorKind::usage,
                "batch_size: '" + text + "' is no integer in [1, " + std::to_string(kLargestBatch) + "]");
  return value;
}

void add(Timings& sum, const Timings& more) {
  sum.decode_s += more.decode_s;
  sum.perturb_s += more.perturb_s;
  sum.preprocess_s += more.preprocess_s;
  sum.forward_s += more.forward_s;
  sum.switch_s += more.switch_s;
}

Failure other_batch(int file_batch) {
  return {oracle::Status::unavailable,
          "the model file takes batches of " + std::to_string(file_batch) + " only (input.batch of its preprocessing)"};
}

}  // namespace

ProcessEvaluator::ProcessEvaluator(PoolSet& pools, const image::Preprocessing& preprocessing)
    : pools_(pools), preprocessing_(preprocessing) {}

std::size_t ProcessEvaluator::batch_size(const space::Assignment& config) const {
  if (const auto knob = config.find("batch_size"); knob != config.end()) return parse_batch_size(knob->second);
  return preprocessing_.batch ? static_cast<std::size_t>(*preprocessing_.batch) : kReferenceBatch;
}

void ProcessEvaluator::count(const Request& job, const Reply& reply) {
  const auto* answered = std::get_if<ForwardReply>(&reply);
  if (answered == nullptr) return;
  forwards_ += std::get<ForwardRequest>(job).items.size();
  add(timings_, answered->timings);
  if (!answered->note.empty()) notes_[std::get<ForwardRequest>(job).config] = answered->note;
}

std::string ProcessEvaluator::note(const space::Assignment& config) const {
  const auto found = notes_.find(config);
  return found == notes_.end() ? "" : found->second;
}

bool ProcessEvaluator::fits_file(const Request& job) const {
  const auto& forward = std::get<ForwardRequest>(job);
  return !preprocessing_.batch || forward.items.size() == static_cast<std::size_t>(*preprocessing_.batch);
}

std::vector<Reply> ProcessEvaluator::run(std::span<const Request> jobs) {
  const auto misfit = [this](const Request& job) { return !fits_file(job); };
  if (std::any_of(jobs.begin(), jobs.end(), misfit)) return run_fitting(jobs);
  std::vector<Reply> replies = pools_.run(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) count(jobs[i], replies[i]);
  return replies;
}

std::vector<Reply> ProcessEvaluator::run_fitting(std::span<const Request> jobs) {
  std::vector<Reply> replies(jobs.size(), other_batch(*preprocessing_.batch));
  std::vector<Request> fitting;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!fits_file(jobs[i])) continue;
    fitting.push_back(jobs[i]);
    places.push_back(i);
  }
  if (fitting.empty()) return replies;
  std::vector<Reply> answers = run(fitting);
  for (std::size_t i = 0; i < fitting.size(); ++i) replies[places[i]] = std::move(answers[i]);
  return replies;
}

std::vector<std::vector<oracle::Observation>> ProcessEvaluator::observe(std::span<const space::Trial> trials) {
  const auto size_of = [this](const space::Assignment& config) { return batch_size(config); };
  const auto run_jobs = [this](std::span<const Request> jobs) { return run(jobs); };
  return observe_trials(trials, form_groups(trials, size_of), run_jobs, proven_);
}

oracle::Observation ProcessEvaluator::observe_exact(const space::Variance& variance, ImageIndex image, bool fresh) {
  const Request job = make_job(variance.config, batch_size(variance.config), {{image, variance.data, variance.seed}});
  Reply reply;
  if (fresh && fits_file(job)) {
    reply = pools_.run_in_fresh_worker(job);
    count(job, reply);
  } else {
    reply = std::move(run({&job, 1}).front());
  }
  if (auto* answered = std::get_if<ForwardReply>(&reply)) return std::move(answered->rows.front());
  const Failure& failure = std::get<Failure>(reply);
  return oracle::failed_observation(failure.status, failure.message);
}

}  // namespace robustcheck::eval
