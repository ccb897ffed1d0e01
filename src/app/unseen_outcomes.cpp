#include "robustcheck/app/unseen_outcomes.h"

#include <algorithm>
#include <bit>
#include <set>

#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

using analysis::Outcomes;
using space::Variance;

bool is_reference(const Variance& variance) { return variance.data.empty() && variance.config.empty(); }

std::uint32_t bits_for(std::size_t count) { return static_cast<std::uint32_t>(std::bit_width(count - 1)); }

/// van der Corput's sequence in base 2, times 2^bits: any beginning of it lies evenly.
std::size_t bits_reversed(std::uint32_t k, std::uint32_t bits) {
  std::size_t result = 0;
  for (std::uint32_t bit = 0; bit < bits; ++bit) result |= static_cast<std::size_t>(k >> bit & 1U) << (bits - 1 - bit);
  return result;
}

std::string key_of(const std::string& oracle, const Variance& variance) {
  return oracle + space::to_json(variance, transform::catalogue()).dump();
}

}  // namespace

void UnseenOutcomes::remember(const std::string& oracle, const Variance& variance, const Outcomes& outcomes) {
  known_[key_of(oracle, variance)] = outcomes;
}

UnseenOutcomes::Positions UnseenOutcomes::unknown(const std::string& key, const Positions& positions) const {
  const auto found = known_.find(key);
  if (found == known_.end()) return positions;
  Positions result;
  for (const std::size_t position : positions)
    if (found->second[position] == kUnknown) result.push_back(position);
  return result;
}

std::vector<UnseenOutcomes::Missing> UnseenOutcomes::missing(const std::string& oracle,
                                                             std::span<const Variance> variances,
                                                             const Positions& positions,
                                                             std::vector<space::Trial>& trials) const {
  std::vector<Missing> result;
  std::set<std::string> seen;
  for (const Variance& variance : variances) {
    std::string key = key_of(oracle, variance);
    if (is_reference(variance) || !seen.insert(key).second) continue;
    Positions lacking = unknown(key, positions);
    if (lacking.empty()) continue;
    trials.push_back({variance, {}});
    for (const std::size_t position : lacking) trials.back().images.push_back(images_[position]);
    result.push_back({std::move(key), std::move(lacking)});
  }
  return result;
}

std::uint64_t UnseenOutcomes::cost(const std::string& oracle, std::span<const Variance> variances,
                                   const Positions& positions) const {
  std::vector<space::Trial> trials;
  std::uint64_t evaluations = 0;
  for (const Missing& one : missing(oracle, variances, positions, trials)) evaluations += one.positions.size();
  return evaluations;
}

/// A crash is one on any picture.
Outcomes UnseenOutcomes::valid_failures(const std::string& oracle, const space::Trial& trial,
                                        const std::vector<oracle::Verdict>& verdicts) {
  Outcomes failing;
  std::vector<ImageIndex> suspects;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    failing.push_back(verdicts[i].violated ? 1 : 0);
    if (!verdicts[i].violated) continue;
    suspects.push_back(trial.images[i]);
    places.push_back(i);
  }
  if (always_on(oracle)) return failing;
  const std::vector<std::uint8_t> invalid = gate_.invalid(trial.variance, suspects);
  for (std::size_t s = 0; s < suspects.size(); ++s)
    if (invalid[s] != 0) failing[places[s]] = 0;
  return failing;
}

void UnseenOutcomes::add_broken(const Judged& judged, std::size_t trial, Outcomes& failing) {
  for (std::size_t i = 0; i < failing.size(); ++i) {
    if (!judged.numeric[trial][i].violated && !judged.crash[trial][i].violated) continue;
    ++broken_;
    if (broken_fails_) failing[i] = 1;
  }
}

std::vector<Outcomes> UnseenOutcomes::measure(const std::string& oracle, std::span<const Variance> variances,
                                              const Positions& positions) {
  std::vector<space::Trial> trials;
  const std::vector<Missing> asked = missing(oracle, variances, positions, trials);
  const Judged judged = trials.empty() ? Judged{} : bench_.run(trials);
  for (std::size_t t = 0; t < trials.size(); ++t) {
    Outcomes failing = valid_failures(oracle, trials[t], judged.of(oracle)[t]);
    add_broken(judged, t, failing);
    std::vector<std::uint8_t>& known = known_[asked[t].key];
    if (known.empty()) known.assign(images_.size(), kUnknown);
    for (std::size_t i = 0; i < failing.size(); ++i) known[asked[t].positions[i]] = failing[i];
    evaluations_ += failing.size();
  }
  std::vector<Outcomes> all;
  for (const Variance& variance : variances) {
    Outcomes& outcomes = all.emplace_back();
    const auto known = known_.find(key_of(oracle, variance));
    for (const std::size_t position : positions)
      outcomes.push_back(is_reference(variance) ? std::uint8_t{0} : known->second[position]);
  }
  return all;
}

UnseenOutcomes::Positions UnseenOutcomes::spread(std::size_t count) const {
  Positions positions;
  for (std::uint32_t k = 0; positions.size() < std::min(count, images_.size()); ++k)
    if (const std::size_t position = bits_reversed(k, bits_for(images_.size())); position < images_.size())
      positions.push_back(position);
  std::ranges::sort(positions);
  return positions;
}

}  // namespace robustcheck::app
