#include "robustcheck/app/validity_gate.h"

#include <algorithm>
#include <set>

#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

constexpr double kMilder[] = {0.75, 0.5, 0.35, 0.2};  // shares of the values, tried in this order

std::string key_of(const space::Variance& variance) {
  return space::to_json(space::data_only(variance), transform::catalogue()).dump();
}

}  // namespace

bool ValidityGate::accepted(const space::Variance& variance) const {
  return variance.data.empty() || known_.at(key_of(variance));
}

/// Measures what is not known yet, all in one go.
void ValidityGate::judge(const std::vector<space::Trial>& trials) {
  std::vector<space::Trial> unknown;
  std::vector<std::string> keys;
  std::set<std::string> seen;
  for (const space::Trial& trial : trials) {
    const std::string key = key_of(trial.variance);
    if (trial.variance.data.empty() || known_.contains(key) || !seen.insert(key).second) continue;
    unknown.push_back({space::data_only(trial.variance), sample_});
    keys.push_back(key);
  }
  const eval::Measured measured = measure_(unknown);
  for (std::size_t t = 0; t < unknown.size(); ++t) {
    const auto valid = std::count_if(measured[t].begin(), measured[t].end(),
                                     [&](const auto& distances) { return !distances || rule_.accepts(*distances); });
    known_[keys[t]] = 4 * static_cast<std::size_t>(valid) >= 3 * sample_.size();
    pictures_ += sample_.size();
  }
}

std::vector<bool> ValidityGate::admit(std::vector<space::Trial>& trials) {
  std::vector<bool> runs(trials.size(), true);
  if (!rule_.enabled) return runs;
  std::set<std::size_t> changed;
  for (std::size_t t = 0; t < trials.size(); ++t)
    if (space::weaken_geometry(trials[t].variance, rule_, transform::catalogue())) changed.insert(t);
  const std::vector<space::Trial> asked = trials;
  judge(trials);
  for (const double share : kMilder) {
    std::vector<space::Trial> tried;
    for (std::size_t t = 0; t < trials.size(); ++t) {
      if (accepted(trials[t].variance)) continue;
      changed.insert(t);
      trials[t].variance = space::milder(asked[t].variance, share, transform::catalogue());
      tried.push_back(trials[t]);
    }
    judge(tried);
  }
  for (std::size_t t = 0; t < trials.size(); ++t) runs[t] = accepted(trials[t].variance);
  rejected_ += static_cast<std::uint64_t>(std::count(runs.begin(), runs.end(), false));
  repaired_ +=
      static_cast<std::uint64_t>(std::count_if(changed.begin(), changed.end(), [&](std::size_t t) { return runs[t]; }));
  return runs;
}

std::vector<std::uint8_t> ValidityGate::invalid(const space::Variance& variance,
                                                const std::vector<ImageIndex>& images) {
  std::vector<std::uint8_t> result(images.size(), 0);
  if (!rule_.enabled || variance.data.empty() || images.empty()) return result;
  const space::Trial trial{space::data_only(variance), images};
  const auto distances = measure_({&trial, 1}).front();
  pictures_ += images.size();
  for (std::size_t i = 0; i < images.size(); ++i) result[i] = distances[i] && !rule_.accepts(*distances[i]) ? 1 : 0;
  return result;
}

}  // namespace robustcheck::app
