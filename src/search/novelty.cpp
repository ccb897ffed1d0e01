#include "novelty.h"

#include <algorithm>
#include <cmath>

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr int kTries = 20;
constexpr double kLearningRate = 0.2;
constexpr double kGainAtMost = 4.0;
constexpr double kFewest = 0.2, kMost = 0.5;  // failure rates at which a set tells most
constexpr double kStep = 1.05;                // of the target, up and down
constexpr double kLeastEffect = 0.02;         // V below which a knob carries nothing
constexpr double kMostMagnitude = 0.5;
constexpr double kLeastShare = 0.1;
constexpr std::size_t kMostKnobs = 2;
constexpr double kReached = 0.6;  // of the target: less is not worth a trial

const Effect* find_side(std::span<const Effect> effects, const space::Step& step, const space::TransformInfo& info) {
  const auto sign = [&](const space::Step& one) {
    for (std::size_t i = 0; i < info.parameters.size(); ++i)
      if (info.parameters[i].strength && one.values[i] != info.parameters[i].neutral)
        return one.values[i] > info.parameters[i].neutral;
    return false;
  };
  for (const Effect& effect : effects)
    if (!effect.is_knob() && effect.alone.data.front().transform == step.transform &&
        sign(effect.alone.data.front()) == sign(step))
      return &effect;
  return nullptr;
}

std::string side_of(const Effect& effect) {
  return std::to_string(effect.gene) + (effect.is_knob() ? effect.alone.config.begin()->second : "") +
         (effect.is_knob() || effect.alone.data.front().values.empty()
              ? ""
              : std::to_string(effect.alone.data.front().values.front() > 0));
}

template <class T>
T taken(std::vector<T>& from, std::size_t i) {
  std::swap(from[i], from.back());
  T last = from.back();
  from.pop_back();
  return last;
}

}  // namespace

double Novelty::gain(const Gene& gene) const {
  const auto found = gains_.find(gene);
  return found == gains_.end() ? 1.0 : found->second;
}

double Novelty::contribution(std::span<const Effect> effects, const space::Step& step) const {
  const space::TransformInfo& info = space_.find_transform(step.transform)->info;
  const Effect* effect = find_side(effects, step, info);
  if (effect == nullptr) return 0.0;
  const double end = space::magnitude(effect->alone.data.front(), info);
  return end > 0.0 ? gain(side_of(*effect)) * effect->violation * space::magnitude(step, info) / end : 0.0;
}

double Novelty::predicted(std::span<const Effect> effects, const Variance& variance) const {
  double sum = 0.0;
  for (const space::Step& step : variance.data) sum += contribution(effects, step);
  for (const Effect& effect : effects)
    if (effect.is_knob() && std::ranges::all_of(effect.alone.config, [&](const auto& entry) {
          const auto found = variance.config.find(entry.first);
          return found != variance.config.end() && found->second == entry.second;
        }))
      sum += gain(side_of(effect)) * effect.violation;
  return sum;
}

std::optional<Variance> Novelty::proposal(std::span<const Effect> effects, Rng& rng) const {
  std::vector<const Effect*> sides, knobs;
  for (const Effect& effect : effects)
    if (!effect.is_knob())
      sides.push_back(&effect);
    else if (effect.violation >= kLeastEffect)
      knobs.push_back(&effect);
  Variance variance;
  double left = target_ * rng.uniform(0.8, 1.25);
  const double wanted = left;
  for (std::size_t k = rng.below(kMostKnobs + 1); k > 0 && !knobs.empty(); --k) {
    const Effect* knob = taken(knobs, rng.below(knobs.size()));
    variance.config.insert(knob->alone.config.begin(), knob->alone.config.end());
    left -= gain(side_of(*knob)) * knob->violation;
  }
  std::vector<const Effect*> chosen;
  const std::size_t fewest = std::min<std::size_t>(2, space_.max_transforms);
  for (std::size_t t = fewest + rng.below(space_.max_transforms - fewest + 1); t > 0 && !sides.empty(); --t) {
    const Effect* side = taken(sides, rng.below(sides.size()));
    std::erase_if(sides, [&](const Effect* other) { return other->gene == side->gene; });
    chosen.push_back(side);
  }
  double reached = wanted - left;
  for (const Effect* side : chosen) {
    const double end = std::max(1e-3, gain(side_of(*side)) * side->violation);
    const double share = std::clamp(left / static_cast<double>(chosen.size()) / end, kLeastShare, 1.0);
    Variance step = side->alone;
    operators_.soften(step, share);
    variance.data.push_back(step.data.front());
    reached += share * end;
  }
  if (reached < kReached * wanted) return std::nullopt;
  operators_.limit(variance, kMostMagnitude, false);
  return space::repaired(std::move(variance), space_);
}

std::optional<Variance> Novelty::next(std::span<const Effect> effects, const Population& population, Rng& rng) const {
  for (int tries = 0; tries < kTries; ++tries) {
    std::optional<Variance> variance = proposal(effects, rng);
    if (variance && !(*variance == Variance{}) && !population.has_set(*variance)) return variance;
  }
  return std::nullopt;
}

void Novelty::learn(std::span<const Effect> effects, const Variance& told, double violation, double failure_rate) {
  if (failure_rate < kFewest) target_ = std::min(target_ * kStep, 2.0);
  if (failure_rate > kMost) target_ = std::max(target_ / kStep, 0.1);
  const double expected = predicted(effects, told);
  if (expected < 1e-3) return;
  const double factor = std::pow(std::clamp(violation / expected, 0.1, 10.0), kLearningRate);
  for (const space::Step& step : told.data) {
    const Effect* side = find_side(effects, step, space_.find_transform(step.transform)->info);
    if (side == nullptr) continue;
    double& known = gains_.try_emplace(side_of(*side), 1.0).first->second;
    known = std::clamp(known * factor, 1.0 / kGainAtMost, kGainAtMost);
  }
}

}  // namespace robustcheck::search
