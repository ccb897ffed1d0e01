#include "robustcheck/analysis/family.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "robustcheck/analysis/statistics.h"

namespace robustcheck::analysis {
namespace {

const std::vector<std::string> kFates = {"confirmed", "unconfirmed", "explained", "not_tested"};

bool tested(const Hypothesis& one) { return one.p_value.has_value(); }
bool decided(const Hypothesis& one) { return tested(one) || one.repeated; }

bool counts(std::span<const Hypothesis> all, const Hypothesis& one) {
  if (one.repeated) return false;
  return tested(one) ||
         std::any_of(one.explainers.begin(), one.explainers.end(), [&](std::size_t e) { return tested(all[e]); });
}

/// Scales the weights of the family to mean 1 and counts it.
void weigh(std::span<const Hypothesis> all, const std::vector<std::size_t>& family, Decision& decision) {
  double sum = 0.0;
  for (const std::size_t i : family) sum += all[i].weight;
  const double scale = static_cast<double>(family.size()) / sum;
  std::optional<double> smallest;
  for (const std::size_t i : family) {
    decision.weights[i] = all[i].weight * scale;
    if (tested(all[i])) smallest = std::min(smallest.value_or(decision.weights[i]), decision.weights[i]);
  }
  decision.smallest_weight = smallest.value_or(1.0);
}

std::vector<bool> accepted(std::span<const Hypothesis> all, const std::vector<std::size_t>& family,
                           const Decision& decision, double level, bool stopped) {
  std::vector<double> p_values, weights;
  std::vector<bool> result;
  for (const std::size_t i : family) {
    p_values.push_back(all[i].p_value.value_or(1.0));
    weights.push_back(decision.weights[i]);
    result.push_back(tested(all[i]) && p_values.back() <= stopped_level(all[i].order, level));
  }
  return stopped ? result : benjamini_hochberg(p_values, level, weights);
}

}  // namespace

const std::string& name(Fate fate) { return kFates[static_cast<std::size_t>(fate)]; }

Decision decide(std::span<const Hypothesis> all, double level, bool stopped) {
  Decision decision;
  decision.fates.assign(all.size(), Fate::not_tested);
  decision.explained_by.assign(all.size(), std::nullopt);
  decision.weights.assign(all.size(), 0.0);
  std::vector<std::size_t> family;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (counts(all, all[i])) family.push_back(i);
    if (all[i].repeated) decision.fates[i] = *all[i].repeated ? Fate::confirmed : Fate::unconfirmed;
  }
  decision.family = family.size();
  if (!family.empty()) weigh(all, family, decision);
  const std::vector<bool> passes = accepted(all, family, decision, level, stopped);
  for (std::size_t k = 0; k < family.size(); ++k)
    if (tested(all[family[k]])) decision.fates[family[k]] = passes[k] ? Fate::confirmed : Fate::unconfirmed;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (decided(all[i])) continue;
    const auto explainer = std::find_if(all[i].explainers.begin(), all[i].explainers.end(),
                                        [&](std::size_t e) { return decision.fates[e] == Fate::confirmed; });
    if (explainer == all[i].explainers.end()) continue;
    decision.fates[i] = Fate::explained;
    decision.explained_by[i] = *explainer;
  }
  return decision;
}

double interval_level(std::span<const Hypothesis> all, const Decision& decision, double rate) {
  std::size_t confirmed = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    confirmed += tested(all[i]) && decision.fates[i] == Fate::confirmed ? 1 : 0;
  const std::size_t family = std::max<std::size_t>(decision.family, 1);
  return 1.0 - rate * static_cast<double>(std::max<std::size_t>(confirmed, 1)) / static_cast<double>(family);
}

std::vector<std::size_t> next_to_test(std::span<const Hypothesis> all, const Decision& decision) {
  std::vector<std::vector<std::size_t>> covers(all.size());  // what testing one would settle
  std::vector<bool> open(all.size()), chosen(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    open[i] = decision.fates[i] == Fate::not_tested;
    covers[i].push_back(i);
    for (const std::size_t e : all[i].explainers) covers[e].push_back(i);
  }
  const auto choose = [&](std::size_t i) {
    chosen[i] = true;
    for (const std::size_t covered : covers[i]) open[covered] = false;
  };
  const auto untested = [&](std::size_t e) { return !decided(all[e]); };
  for (std::size_t i = 0; i < all.size(); ++i)
    if (decision.fates[i] == Fate::not_tested && std::ranges::none_of(all[i].explainers, untested)) choose(i);
  while (std::ranges::find(open, true) != open.end()) {
    std::size_t best = 0, most = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (decided(all[i])) continue;
      const auto count =
          static_cast<std::size_t>(std::ranges::count_if(covers[i], [&](std::size_t c) { return open[c]; }));
      if (count > most) std::tie(best, most) = std::pair(i, count);
    }
    choose(best);
  }
  std::vector<std::size_t> next;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (chosen[i]) next.push_back(i);
  return next;
}

double level_of_one_fault(std::span<const Hypothesis> all, const Decision& decision, double level, bool stopped) {
  const auto made = static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), tested));
  if (stopped) return stopped_level(made + 1, level);
  return level * decision.smallest_weight / static_cast<double>(std::max<std::size_t>(decision.family, 1));
}

}  // namespace robustcheck::analysis
