#include "combine.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr double kSpread = 0.7;   // of the logarithm of an effect, in the repeats
constexpr double kUnseen = 1e-3;  // V that a value without effect alone may still be worth

Variance joined(const Variance& a, const Variance& b) {
  Variance result = a;
  result.data.insert(result.data.end(), b.data.begin(), b.data.end());
  for (const auto& [knob, value] : b.config) result.config[knob] = value;
  return result;
}

/// 1..most, every order of magnitude as likely.
std::size_t few_or_many(std::size_t most, Rng& rng) {
  return static_cast<std::size_t>(std::pow(static_cast<double>(most + 1), rng.uniform()));
}

struct Ranked {
  double strength = 0.0;
  const Effect* effect = nullptr;
};

void strongest_first(std::vector<Ranked>& order) {
  std::stable_sort(order.begin(), order.end(),
                   [](const Ranked& a, const Ranked& b) { return a.strength > b.strength; });
}

/// Strongest first, each effect multiplied by exp(N(0, spread)).
std::vector<Ranked> ranked(std::span<const Effect> effects, double spread, Rng& rng) {
  std::vector<Ranked> order;
  for (const Effect& effect : effects)
    if (effect.violation > 0.0)
      order.push_back({effect.violation * (spread > 0.0 ? std::exp(spread * rng.normal()) : 1.0), &effect});
  strongest_first(order);
  return order;
}

bool active(const Variance& base, const std::string& transform) {
  return std::any_of(base.data.begin(), base.data.end(),
                     [&](const space::Step& step) { return step.transform == transform; });
}

/// `base` with a gene that it does not have yet; the reference when it has it.
Variance with_gene(const Variance& base, const Effect& effect, const space::Space& space) {
  Variance changed = base;
  if (effect.is_knob()) return joined(changed, effect.alone);
  if (active(base, effect.alone.data.front().transform)) return {};
  if (changed.data.size() == space.max_transforms) changed.data.pop_back();
  return joined(changed, effect.alone);
}

}  // namespace

Variance combination(std::span<const Effect> effects, const space::Space& space, std::uint64_t seed,
                     std::size_t serial) {
  Rng rng(seed, "combine", serial);
  const std::size_t knobs = serial < 3 ? space.knobs.size() : rng.below(space.knobs.size() + 1);
  const std::size_t transforms = serial == 1  ? 0
                                 : serial < 3 ? space.max_transforms
                                              : rng.below(space.max_transforms + 1);
  std::set<std::size_t> used;
  std::size_t knobs_taken = 0;
  Variance variance;
  for (const Ranked& next : ranked(effects, serial == 0 ? 0.0 : kSpread, rng)) {
    const bool full = next.effect->is_knob() ? knobs_taken == knobs : variance.data.size() == transforms;
    if (full || !used.insert(next.effect->gene).second) continue;
    knobs_taken += next.effect->is_knob() ? 1 : 0;
    variance = joined(variance, next.effect->alone);
  }
  return variance;
}

std::vector<space::Step> strong_chain(std::span<const Effect> effects, const space::Space& space,
                                      const Operators& operators, double magnitude, Rng& rng) {
  const space::Catalogue catalogue = space.catalogue();
  std::vector<Ranked> order;
  for (const Effect& effect : effects) {
    if (effect.is_knob()) continue;
    const double end = std::max(magnitude, space::magnitude(effect.alone, catalogue));
    order.push_back({(effect.violation + kUnseen) * magnitude / end * std::exp(kSpread * rng.normal()), &effect});
  }
  strongest_first(order);
  const bool whole = magnitude >= 1.0 || space.max_transforms == 1 || rng.chance(0.5);
  const std::size_t length = space.max_transforms - (whole ? 0 : 1);
  std::set<std::size_t> used;
  Variance chain;
  for (const Ranked& next : order)
    if (chain.data.size() < length && used.insert(next.effect->gene).second)
      chain.data.push_back(next.effect->alone.data.front());
  rng.shuffle(chain.data);
  operators.limit(chain, magnitude, false);
  return chain.data;
}

std::vector<Variance> polish_moves(const Variance& base, std::span<const Effect> effects, const Operators& operators,
                                   const space::Space& space, std::size_t most) {
  std::vector<Variance> moves;
  for (std::size_t i = 0; i < base.data.size(); ++i) {
    Variance mirrored = base;
    if (!operators.mirror(mirrored.data[i]))
      mirrored.data.erase(mirrored.data.begin() + static_cast<std::ptrdiff_t>(i));
    moves.push_back(std::move(mirrored));
  }
  for (const auto& [knob, value] : base.config) {
    moves.push_back(base);
    moves.back().config.erase(knob);
  }
  Rng unused(0, "polish");
  for (const Ranked& next : ranked(effects, 0.0, unused)) {
    if (moves.size() >= most) break;
    Variance changed = with_gene(base, *next.effect, space);
    if (!(changed == base) && !(changed == Variance{})) moves.push_back(std::move(changed));
  }
  moves.resize(std::min(moves.size(), most));
  return moves;
}

space::Assignment strong_knobs(std::span<const Effect> effects, Rng& rng) {
  std::vector<Ranked> order;
  for (const Effect& effect : effects)
    if (effect.is_knob()) order.push_back({(effect.violation + kUnseen) * std::exp(rng.normal()), &effect});
  strongest_first(order);
  space::Assignment config;
  const std::size_t count = few_or_many(order.size(), rng);
  for (const Ranked& next : order)
    if (config.size() < count) config.insert(next.effect->alone.config.begin(), next.effect->alone.config.end());
  return config;
}

}  // namespace robustcheck::search
