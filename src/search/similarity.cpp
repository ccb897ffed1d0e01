#include "similarity.h"

#include <algorithm>
#include <cmath>

namespace robustcheck::search {
namespace {

constexpr double kLength = 0.5;  // shares of the range
constexpr double kKnobDistance = 0.5;

void add_step(const space::TransformGene& gene, const space::Step& step, float* shares) {
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    const double neutral = gene.info.parameters[i].neutral;
    const double away = step.values[i] - neutral;
    const double side = away < 0 ? neutral - gene.ranges[i].low : gene.ranges[i].high - neutral;
    if (side > 0) shares[i] += static_cast<float>(away / side);
  }
}

int value_of(const space::KnobGene& gene, const space::Assignment& config) {
  const auto found = config.find(gene.info.name);
  if (found == config.end()) return 0;
  return 1 + static_cast<int>(std::ranges::find(gene.values, found->second) - gene.values.begin());
}

}  // namespace

Similarity::Coordinates Similarity::coordinates(const space::Variance& variance) const {
  Coordinates result;
  for (const space::TransformGene& gene : space_.transforms) {
    const std::size_t begin = result.shares.size();
    result.shares.resize(begin + gene.ranges.size(), 0.0F);
    for (const space::Step& step : variance.data)
      if (step.transform == gene.info.name) add_step(gene, step, result.shares.data() + begin);
  }
  for (const space::KnobGene& gene : space_.knobs) result.values.push_back(value_of(gene, variance.config));
  return result;
}

double Similarity::between(const Coordinates& a, const Coordinates& b) {
  double distance = 0.0;
  for (std::size_t i = 0; i < a.shares.size(); ++i) {
    const double difference = static_cast<double>(a.shares[i]) - static_cast<double>(b.shares[i]);
    distance += difference * difference;
  }
  for (std::size_t i = 0; i < a.values.size(); ++i) distance += a.values[i] != b.values[i] ? kKnobDistance : 0.0;
  return std::exp(-distance / (2.0 * kLength * kLength));
}

}  // namespace robustcheck::search
