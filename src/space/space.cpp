#include "robustcheck/space/space.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace robustcheck::space {
namespace {

/// The point of a parameter's range in this space at a signed share.
double range_at(const Parameter& parameter, const Range& range, double share) {
  const double end = share < 0 ? range.low : range.high;
  const double value = parameter.neutral + std::abs(share) * (end - parameter.neutral);
  return std::clamp(parameter.integer ? std::round(value) : value, range.low, range.high);
}

double random_value(const Parameter& parameter, const Range& range, Rng& rng) {
  const double value = rng.uniform(range.low, range.high);
  return parameter.integer ? std::round(value) : value;
}

bool allowed(const KnobGene* gene, const std::string& value) {
  return gene != nullptr && std::find(gene->values.begin(), gene->values.end(), value) != gene->values.end();
}

void repair_step(Step& step, const TransformGene& gene) {
  step.border = gene.border;
  step.values.resize(gene.ranges.size(), 0.0);
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    const double value = std::clamp(step.values[i], gene.ranges[i].low, gene.ranges[i].high);
    step.values[i] = gene.info.parameters[i].integer ? std::round(value) : value;
  }
}

/// Of neighbours of the same transform the stronger one.
std::vector<Step> without_equal_neighbours(std::vector<Step> steps, const Space& space) {
  std::vector<Step> merged;
  for (Step& step : steps) {
    const TransformGene* gene = space.find_transform(step.transform);
    if (gene == nullptr) continue;
    if (merged.empty() || merged.back().transform != step.transform)
      merged.push_back(std::move(step));
    else if (magnitude(step, gene->info) > magnitude(merged.back(), gene->info))
      merged.back() = std::move(step);
  }
  return merged;
}

std::vector<Step> repaired_chain(std::vector<Step> steps, const Space& space) {
  std::vector<Step> chain;
  std::set<std::string> used;
  for (Step& step : without_equal_neighbours(std::move(steps), space)) {
    const TransformGene* gene = space.find_transform(step.transform);
    if (used.contains(step.transform) || chain.size() == space.max_transforms) continue;
    repair_step(step, *gene);
    if (is_neutral(step, gene->info)) continue;
    used.insert(step.transform);
    chain.push_back(std::move(step));
  }
  return chain;
}

}  // namespace

const TransformGene* Space::find_transform(const std::string& name) const {
  const auto found = std::find_if(transforms.begin(), transforms.end(),
                                  [&](const TransformGene& gene) { return gene.info.name == name; });
  return found == transforms.end() ? nullptr : &*found;
}

const KnobGene* Space::find_knob(const std::string& name) const {
  const auto found =
      std::find_if(knobs.begin(), knobs.end(), [&](const KnobGene& gene) { return gene.info.name == name; });
  return found == knobs.end() ? nullptr : &*found;
}

Catalogue Space::catalogue() const {
  Catalogue catalogue;
  for (const TransformGene& gene : transforms) catalogue.transforms.push_back(gene.info);
  for (const KnobGene& gene : knobs) catalogue.knobs.push_back(gene.info);
  return catalogue;
}

Step step_at(const TransformGene& gene, double share, Rng& rng) {
  Step step{gene.info.name, {}, gene.border};
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    const Parameter& parameter = gene.info.parameters[i];
    step.values.push_back(parameter.strength ? range_at(parameter, gene.ranges[i], share)
                                             : random_value(parameter, gene.ranges[i], rng));
  }
  return step;
}

Step random_step(const TransformGene& gene, Rng& rng) {
  Step step{gene.info.name, {}, gene.border};
  for (std::size_t i = 0; i < gene.ranges.size(); ++i)
    step.values.push_back(random_value(gene.info.parameters[i], gene.ranges[i], rng));
  return step;
}

bool has_side(const TransformGene& gene, int side) {
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    const Parameter& parameter = gene.info.parameters[i];
    const double end = side < 0 ? gene.ranges[i].low : gene.ranges[i].high;
    if (parameter.strength && end != parameter.neutral) return true;
  }
  return false;
}

Variance repaired(Variance variance, const Space& space) {
  variance.data = repaired_chain(std::move(variance.data), space);
  std::erase_if(variance.config,
                [&](const auto& entry) { return !allowed(space.find_knob(entry.first), entry.second); });
  variance.config = compatible(std::move(variance.config), space);
  return variance;
}

Json to_json(const Space& space) {
  Json transforms = Json::array();
  for (const TransformGene& gene : space.transforms) {
    Json ranges = Json::object();
    for (std::size_t i = 0; i < gene.ranges.size(); ++i)
      ranges[gene.info.parameters[i].name] = {gene.ranges[i].low, gene.ranges[i].high};
    transforms.push_back({{"transform", gene.info.name}, {"ranges", ranges}});
    if (gene.border != Border::reflect) transforms.back()["border"] = border_name(gene.border);
  }
  Json knobs = Json::array();
  for (const KnobGene& gene : space.knobs)
    knobs.push_back({{"knob", gene.info.name}, {"reference", gene.info.reference()}, {"values", gene.values}});
  return {{"transforms", transforms},
          {"knobs", knobs},
          {"max_transforms", space.max_transforms},
          {"validity", to_json(space.validity)}};
}

}  // namespace robustcheck::space
