#include "operators.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace robustcheck::search {
namespace {

using space::Range;
using space::Step;
using space::TransformGene;
using space::Variance;

constexpr double kAnother = 0.3;  // operator on the same child
constexpr double kMove = 0.25;    // standard deviations, in shares of the range
constexpr double kMoveAll = 0.12;
constexpr double kMostKnobsActive = 0.5;  // share of the knobs

double width(const Range& range) { return range.high - range.low; }

Step& any_step(Variance& variance, Rng& rng) { return variance.data[rng.below(variance.data.size())]; }

void jitter(Step& step, const TransformGene& gene, double share, Rng& rng) {
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) step.values[i] += rng.normal() * share * width(gene.ranges[i]);
}

/// Moves every strength of a step away from or toward neutral.
void scale(Step& step, const TransformGene& gene, double factor) {
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    const space::Parameter& parameter = gene.info.parameters[i];
    if (parameter.strength) step.values[i] = parameter.neutral + factor * (step.values[i] - parameter.neutral);
  }
}

/// -1..1, more often near the ends: failures sit there.
double strong_share(Rng& rng) {
  const double share = rng.uniform(-1.0, 1.0);
  return std::copysign(std::sqrt(std::abs(share)), share);
}

}  // namespace

Variance Operators::child(const Variance& parent, const Variance& partner, Rng& rng) const {
  static constexpr Operator kOperators[] = {&Operators::move_one, &Operators::move_place,  &Operators::move_all,
                                            &Operators::to_end,   &Operators::mirror_one,  &Operators::scale_all,
                                            &Operators::add_step, &Operators::drop_step,   &Operators::replace_step,
                                            &Operators::reorder,  &Operators::set_knob,    &Operators::reset_knob,
                                            &Operators::cross,    &Operators::start_afresh};
  Variance result = parent;
  do (this->*kOperators[rng.below(std::size(kOperators))])(result, partner, rng);
  while (rng.chance(kAnother));
  return result;
}

Step Operators::strong_step(Rng& rng) const {
  const TransformGene& gene = space_.transforms[rng.below(space_.transforms.size())];
  double share = rng.chance(0.5) ? strong_share(rng) : rng.uniform(-1.0, 1.0);
  if (!space::has_side(gene, share < 0 ? -1 : 1)) share = -share;
  Step step = space::step_at(gene, share, rng);
  for (std::size_t i = 0; i < gene.ranges.size(); ++i)  // several strengths of one transform need not agree in sign
    if (gene.info.parameters[i].strength && rng.chance(0.5))
      step.values[i] = rng.uniform(gene.ranges[i].low, gene.ranges[i].high);
  return step;
}

void Operators::soften(Variance& variance, double factor) const {
  for (Step& step : variance.data) scale(step, *space_.find_transform(step.transform), factor);
}

void Operators::limit(Variance& variance, double magnitude, bool exactly) const {
  for (Step& step : variance.data) {
    const TransformGene& gene = *space_.find_transform(step.transform);
    for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
      const space::Parameter& parameter = gene.info.parameters[i];
      const double share = parameter.magnitude(step.values[i]);
      if (share > magnitude || (exactly && share > 0.0))
        step.values[i] = parameter.at(step.values[i] < parameter.neutral ? -magnitude : magnitude);
    }
  }
}

Variance Operators::dense(Rng& rng) const {
  Variance variance;
  const std::size_t count = space_.transforms.empty() ? 0 : 1 + rng.below(space_.max_transforms);
  for (std::size_t i = 0; i < count; ++i) variance.data.push_back(strong_step(rng));
  for (const space::KnobGene& gene : space_.knobs)
    if (rng.chance(kMostKnobsActive)) variance.config[gene.info.name] = gene.values[rng.below(gene.values.size())];
  return variance;
}

Variance Operators::fresh(Rng& rng) const {
  Variance variance;
  if (!space_.transforms.empty()) {
    const std::size_t count = rng.below(space_.max_transforms + 1);
    for (std::size_t i = 0; i < count; ++i) variance.data.push_back(strong_step(rng));
  }
  const double genes = static_cast<double>(space_.knobs.size() + 1);
  variance.config = fresh_config(std::pow(kMostKnobsActive * genes, rng.uniform()) / genes, rng);
  return variance;
}

/// In random order, each where it can be combined with those before: which one of two that exclude each other stays is
/// left to chance.
space::Assignment Operators::fresh_config(double active, Rng& rng) const {
  std::vector<std::size_t> order(space_.knobs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(order);
  space::Assignment config;
  for (const std::size_t k : order) {
    if (!rng.chance(active)) continue;
    const space::KnobGene& gene = space_.knobs[k];
    space::Assignment larger = config;
    larger[gene.info.name] = gene.values[rng.below(gene.values.size())];
    larger = space::compatible(std::move(larger), space_);
    if (larger.size() > config.size()) config = std::move(larger);
  }
  return config;
}

bool Operators::mirror(Step& step) const {
  const TransformGene& gene = *space_.find_transform(step.transform);
  bool changed = false;
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    const space::Parameter& parameter = gene.info.parameters[i];
    const bool low = step.values[i] < parameter.neutral;
    const double end = low ? gene.ranges[i].low : gene.ranges[i].high;
    const double other = low ? gene.ranges[i].high : gene.ranges[i].low;
    if (!parameter.strength || step.values[i] == parameter.neutral || other == parameter.neutral) continue;
    step.values[i] = parameter.neutral +
                     (step.values[i] - parameter.neutral) / (end - parameter.neutral) * (other - parameter.neutral);
    changed = true;
  }
  return changed;
}

void Operators::move_one(Variance& child, const Variance&, Rng& rng) const {
  if (child.data.empty()) return;
  Step& step = any_step(child, rng);
  const TransformGene& gene = *space_.find_transform(step.transform);
  const std::size_t i = rng.below(gene.ranges.size());
  step.values[i] += rng.normal() * kMove * width(gene.ranges[i]);
}

void Operators::move_place(Variance& child, const Variance&, Rng& rng) const {
  if (child.data.empty()) return;
  Step& step = any_step(child, rng);
  const TransformGene& gene = *space_.find_transform(step.transform);
  for (std::size_t i = 0; i < gene.ranges.size(); ++i)
    if (!gene.info.parameters[i].strength) step.values[i] += rng.normal() * kMove * width(gene.ranges[i]);
}

void Operators::move_all(Variance& child, const Variance&, Rng& rng) const {
  for (Step& step : child.data) jitter(step, *space_.find_transform(step.transform), kMoveAll, rng);
}

void Operators::to_end(Variance& child, const Variance&, Rng& rng) const {
  if (child.data.empty()) return;
  Step& step = any_step(child, rng);
  const TransformGene& gene = *space_.find_transform(step.transform);
  const std::size_t i = rng.below(gene.ranges.size());
  step.values[i] = rng.chance(0.5) ? gene.ranges[i].high : gene.ranges[i].low;
}

void Operators::mirror_one(Variance& child, const Variance&, Rng& rng) const {
  if (!child.data.empty()) mirror(any_step(child, rng));
}

void Operators::scale_all(Variance& child, const Variance&, Rng& rng) const {
  const double factor = rng.uniform(0.3, 1.4);
  for (Step& step : child.data) scale(step, *space_.find_transform(step.transform), factor);
}

void Operators::add_step(Variance& child, const Variance&, Rng& rng) const {
  if (space_.transforms.empty()) return;
  child.data.insert(child.data.begin() + static_cast<std::ptrdiff_t>(rng.below(child.data.size() + 1)),
                    strong_step(rng));
}

void Operators::drop_step(Variance& child, const Variance&, Rng& rng) const {
  if (!child.data.empty())
    child.data.erase(child.data.begin() + static_cast<std::ptrdiff_t>(rng.below(child.data.size())));
}

void Operators::replace_step(Variance& child, const Variance&, Rng& rng) const {
  if (!child.data.empty()) any_step(child, rng) = strong_step(rng);
}

void Operators::reorder(Variance& child, const Variance&, Rng& rng) const { rng.shuffle(child.data); }

void Operators::set_knob(Variance& child, const Variance&, Rng& rng) const {
  if (space_.knobs.empty()) return;
  const space::KnobGene& gene = space_.knobs[rng.below(space_.knobs.size())];
  child.config[gene.info.name] = gene.values[rng.below(gene.values.size())];
}

void Operators::reset_knob(Variance& child, const Variance&, Rng& rng) const {
  if (!child.config.empty())
    child.config.erase(std::next(child.config.begin(), static_cast<std::ptrdiff_t>(rng.below(child.config.size()))));
}

/// Steps of either parent with p = 0.5 each, in the order of their parents; knobs likewise.
void Operators::cross(Variance& child, const Variance& partner, Rng& rng) const {
  std::erase_if(child.data, [&](const Step&) { return rng.chance(0.5); });
  for (const Step& step : partner.data)
    if (rng.chance(0.5)) child.data.push_back(step);
  std::erase_if(child.config, [&](const auto&) { return rng.chance(0.5); });
  for (const auto& entry : partner.config)
    if (rng.chance(0.5)) child.config.insert(entry);
}

void Operators::start_afresh(Variance& child, const Variance&, Rng& rng) const { child = fresh(rng); }

}  // namespace robustcheck::search
