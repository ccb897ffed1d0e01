#include "novelty.h"

#include <algorithm>
#include <cmath>

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr int kTries = 20;
constexpr double kSpread = 1.25;  // of the predicted V, up and down
constexpr double kLearningRate = 0.2;
constexpr double kGainAtMost = 4.0;
constexpr double kFewest = 0.2, kMost = 0.5;  // failure rates at which a set tells most
constexpr double kStep = 1.05;                // of the target, up and down
constexpr double kLeastPart = 0.15;           // of the predicted V: a knob that carries less can be dropped
constexpr double kMostMagnitude = 0.5;
constexpr double kLeastShare = 0.1;
constexpr std::size_t kMostKnobs = 2;
constexpr double kReached = 0.6;  // of the target: less is not worth a trial

/// The side of neutral that a step is on, by its first active strength.
bool above_neutral(const space::Step& step, const space::TransformInfo& info) {
  for (std::size_t i = 0; i < info.parameters.size(); ++i)
    if (info.parameters[i].strength && step.values[i] != info.parameters[i].neutral)
      return step.values[i] > info.parameters[i].neutral;
  return false;
}

/// The effect of the step's transform on the step's side.
std::optional<std::size_t> find_side(std::span<const Effect> effects, const space::Step& step,
                                     const space::TransformInfo& info) {
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (effects[i].is_knob()) continue;
    const space::Step& alone = effects[i].alone.data.front();
    if (alone.transform == step.transform && above_neutral(alone, info) == above_neutral(step, info)) return i;
  }
  return std::nullopt;
}

std::size_t taken(std::vector<std::size_t>& from, std::size_t i) {
  std::swap(from[i], from.back());
  const std::size_t last = from.back();
  from.pop_back();
  return last;
}

}  // namespace

double Novelty::strength(std::span<const Effect> effects, std::size_t i) const {
  const auto gain = gains_.find(i);
  return (gain == gains_.end() ? 1.0 : gain->second) * effects[i].violation;
}

double Novelty::contribution(std::span<const Effect> effects, const space::Step& step) const {
  const space::TransformInfo& info = space_.find_transform(step.transform)->info;
  const std::optional<std::size_t> side = find_side(effects, step, info);
  const double end = side ? space::magnitude(effects[*side].alone.data.front(), info) : 0.0;
  return end > 0.0 ? strength(effects, *side) * space::magnitude(step, info) / end : 0.0;
}

double Novelty::predicted(std::span<const Effect> effects, const Variance& variance) const {
  double sum = 0.0;
  for (const space::Step& step : variance.data) sum += contribution(effects, step);
  const auto set = [&](const auto& entry) {
    const auto found = variance.config.find(entry.first);
    return found != variance.config.end() && found->second == entry.second;
  };
  for (std::size_t i = 0; i < effects.size(); ++i)
    if (effects[i].is_knob() && std::ranges::all_of(effects[i].alone.config, set)) sum += strength(effects, i);
  return sum;
}

/// Adds one or two knobs, or none; returns the V to be expected of them.
double Novelty::add_knobs(std::span<const Effect> effects, space::Assignment& config, Rng& rng) const {
  std::vector<std::size_t> knobs;
  for (std::size_t i = 0; i < effects.size(); ++i)
    if (effects[i].is_knob() && strength(effects, i) >= kLeastPart * target_) knobs.push_back(i);
  double sum = 0.0;
  for (std::size_t left = rng.below(kMostKnobs + 1); left > 0 && !knobs.empty(); --left) {
    const std::size_t knob = taken(knobs, rng.below(knobs.size()));
    config.insert(effects[knob].alone.config.begin(), effects[knob].alone.config.end());
    sum += strength(effects, knob);
  }
  return sum;
}

/// Sides of different transforms: two of them to a whole chain, one where a chain holds no more.
std::vector<std::size_t> Novelty::chosen_sides(std::span<const Effect> effects, Rng& rng) const {
  std::vector<std::size_t> sides, chosen;
  for (std::size_t i = 0; i < effects.size(); ++i)
    if (!effects[i].is_knob()) sides.push_back(i);
  const std::size_t fewest = std::min<std::size_t>(2, space_.max_transforms);
  const std::size_t count = fewest + rng.below(space_.max_transforms - fewest + 1);
  while (chosen.size() < count && !sides.empty()) {
    const std::size_t side = taken(sides, rng.below(sides.size()));
    std::erase_if(sides, [&](std::size_t other) { return effects[other].gene == effects[side].gene; });
    chosen.push_back(side);
  }
  return chosen;
}

std::optional<Variance> Novelty::proposal(std::span<const Effect> effects, Rng& rng) const {
  const double wanted = target_ * rng.uniform(1.0 / kSpread, kSpread);
  Variance variance;
  double reached = add_knobs(effects, variance.config, rng);
  const std::vector<std::size_t> sides = chosen_sides(effects, rng);
  const double each = (wanted - reached) / static_cast<double>(std::max<std::size_t>(1, sides.size()));
  for (const std::size_t side : sides) {
    const double end = std::max(1e-3, strength(effects, side)), share = std::clamp(each / end, kLeastShare, 1.0);
    Variance step = effects[side].alone;
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
    const auto side = find_side(effects, step, space_.find_transform(step.transform)->info);
    if (!side) continue;
    double& gain = gains_.try_emplace(*side, 1.0).first->second;
    gain = std::clamp(gain * factor, 1.0 / kGainAtMost, kGainAtMost);
  }
}

}  // namespace robustcheck::search
