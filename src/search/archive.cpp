#include "robustcheck/search/archive.h"

#include <algorithm>

#include "robustcheck/base/proportion.h"

namespace robustcheck::search {
namespace {

std::string key_of(const std::string& oracle, const space::Variance& variance, const space::Catalogue& catalogue) {
  return oracle + space::to_json(variance, catalogue).dump();
}

/// False where the image was counted before.
bool note(Candidate& candidate, const Seen& seen) {
  if (std::any_of(candidate.seen.begin(), candidate.seen.end(),
                  [&](const Seen& known) { return known.image == seen.image; }))
    return false;
  candidate.seen.push_back(seen);
  candidate.images += 1;
  candidate.failures += seen.violated ? 1 : 0;
  return true;
}

double severity_of(const Candidate& candidate) {
  return severity(candidate.failures, candidate.images, candidate.magnitude);
}

}  // namespace

Archive::Archive(space::Catalogue catalogue, double failure_limit)
    : catalogue_(std::move(catalogue)), failure_limit_(failure_limit) {}

bool Archive::better(const Candidate& candidate, const Candidate& other) const {
  const bool above = candidate.failure_rate() > failure_limit_, other_above = other.failure_rate() > failure_limit_;
  return above != other_above ? above : severity_of(candidate) > severity_of(other);
}

bool Archive::add(const std::string& oracle, const space::Trial& trial, std::span<const oracle::Verdict> verdicts) {
  Candidate& all = measured_[key_of(oracle, trial.variance, catalogue_)];
  if (all.images == 0) {
    all.signature = space::signature(oracle, trial.variance);
    all.oracle = oracle;
    all.variance = trial.variance;
    all.magnitude = space::magnitude(trial.variance, catalogue_);
    all.mean_fitness = 0.0;
  }
  double fitness = all.mean_fitness * static_cast<double>(all.images);
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (!note(all, {trial.images[i], verdicts[i].violated})) continue;
    fitness += verdicts[i].fitness;
  }
  all.mean_fitness = fitness / static_cast<double>(all.images);
  return keep_if_better(all);
}

bool Archive::keep_if_better(const Candidate& candidate) {
  const auto found = best_.find(candidate.signature);
  if (found == best_.end()) {
    if (candidate.failures > 0) best_.emplace(candidate.signature, candidate);
    return candidate.failures > 0;
  }
  if (found->second.variance == candidate.variance) {
    found->second = candidate;
    for (const auto& [key, other] : measured_)  // on more images its rate may be lower: another may lead now
      if (other.signature == candidate.signature && better(other, found->second)) found->second = other;
    return false;
  }
  if (!better(candidate, found->second)) return false;
  found->second = candidate;
  return true;
}

std::size_t Archive::count_above(double limit) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      best_, [&](const auto& entry) { return wilson(entry.second.failures, entry.second.images).low > limit; }));
}

std::map<std::string, Candidate> Archive::largest_excess() const {
  std::map<std::string, Candidate> largest;
  for (const auto& [key, candidate] : measured_) {
    if (candidate.failures == 0 || candidate.variance.data.empty() || candidate.variance.config.empty()) continue;
    const auto alone = measured_.find(key_of(candidate.oracle, space::data_only(candidate.variance), catalogue_));
    if (alone == measured_.end() || alone->second.images != candidate.images) continue;
    const double excess = candidate.failure_rate() - alone->second.failure_rate();
    const auto found = largest.find(candidate.signature);
    if (found != largest.end() && *found->second.excess >= excess) continue;
    largest[candidate.signature] = candidate;
    largest[candidate.signature].excess = excess;
  }
  return largest;
}

std::vector<Candidate> Archive::ranked() const {
  std::vector<Candidate> all;
  std::map<std::string, Candidate> interacting = largest_excess();
  for (const auto& [signature, candidate] : best_) {
    all.push_back(candidate);
    const auto found = interacting.find(signature);
    if (found == interacting.end()) continue;
    if (found->second.variance == candidate.variance)
      all.back().excess = found->second.excess;
    else
      all.push_back(found->second);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return severity_of(a) > severity_of(b); });
  return all;
}

}  // namespace robustcheck::search
