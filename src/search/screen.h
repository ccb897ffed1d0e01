#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "robustcheck/search/strategy.h"

namespace robustcheck::search {

/// What one gene did alone: a transform at one end of its range, or a knob value.
struct Effect {
  std::size_t gene = 0;  ///< transforms first, then knobs
  space::Variance alone;
  double violation = 0.0;  ///< mean V
  bool is_knob() const { return alone.data.empty(); }
};

/// Main effects of all genes: knob values from the probe, transforms tried alone, each side at its end, in random
/// order, until an eighth of the budget is spent.
class Screen {
 public:
  Screen(const Problem& problem, std::size_t images_per_row);
  /// Indices into effects(), at most `count`; empty when all were taken.
  std::vector<std::size_t> take(std::size_t count);
  /// `told` is the variance that was run: it may be milder than the one that was asked for.
  void learn(std::size_t effect, const space::Variance& told, double violation);

  const std::vector<Effect>& effects() const { return effects_; }
  bool done() const { return left_.empty(); }
  double progress() const;  ///< 0..1
  bool large() const;

 private:
  void plan_transforms(const Problem& problem);
  void add_knobs(const Problem& problem);

  std::vector<Effect> effects_;
  std::deque<std::size_t> left_;
  std::size_t planned_ = 0;
};

}  // namespace robustcheck::search
