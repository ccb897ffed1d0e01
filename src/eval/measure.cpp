#include "robustcheck/eval/measure.h"

#include <algorithm>

namespace robustcheck::eval {
namespace {

constexpr std::size_t kJobImages = 32;

}  // namespace

Measured measure(PoolSet& pools, std::span<const space::Trial> trials) {
  std::vector<Request> jobs;
  std::vector<std::size_t> trial_of;
  Measured measured(trials.size());
  for (std::size_t t = 0; t < trials.size(); ++t)
    for (std::size_t begin = 0; begin < trials[t].images.size(); begin += kJobImages) {
      MeasureRequest job;
      for (std::size_t i = begin; i < std::min(begin + kJobImages, trials[t].images.size()); ++i)
        job.items.push_back({trials[t].images[i], trials[t].variance.data, trials[t].variance.seed});
      jobs.emplace_back(std::move(job));
      trial_of.push_back(t);
    }
  const std::vector<Reply> replies = pools.run(jobs);
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    auto& distances = measured[trial_of[j]];
    if (const auto* reply = std::get_if<MeasureReply>(&replies[j]))
      distances.insert(distances.end(), reply->distances.begin(), reply->distances.end());
    else
      distances.resize(distances.size() + std::get<MeasureRequest>(jobs[j]).items.size());
  }
  return measured;
}

}  // namespace robustcheck::eval
