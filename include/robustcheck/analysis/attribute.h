#pragma once

#include <cstdint>
#include <vector>

#include "robustcheck/analysis/statistics.h"

namespace robustcheck::analysis {

/// Per image: violated (1) or not (0); the same images in the same order in every Outcomes that are compared.
using Outcomes = std::vector<std::uint8_t>;

std::uint64_t failures(const Outcomes& outcomes);
/// Violated / all; 0 for none.
double rate(const Outcomes& outcomes);

/// DESIGN "Meaning": interaction = rate of both - rate of (fails under D alone or under K alone).
struct Attribution {
  double data = 0.0;
  double config = 0.0;
  double both = 0.0;
  Estimate interaction;
  double p_value = 1.0;  ///< of "no more is broken by both than by one side alone": one-sided exact McNemar test
  /// At this strength. A report says "needs both" only where nearby strengths agree (app/attribute_phase.h).
  bool interacts() const { return interaction.ci95.low > 0.0; }
};
Attribution attribute(const Outcomes& data_alone, const Outcomes& config_alone, const Outcomes& both);

using robustcheck::severity;

}  // namespace robustcheck::analysis
