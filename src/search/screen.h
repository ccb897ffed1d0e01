#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "robustcheck/search/strategy.h"

namespace robustcheck::search {

/// What one gene did alone.
struct Effect {
  std::size_t gene = 0;  ///< transforms first, then knobs
  space::Variance alone;
  double violation = 0.0;  ///< V, or the share of it where only a group was tried
  bool is_knob() const { return alone.data.empty(); }
};

/// Main effects of all genes at little cost.
///
///   transforms  each alone, each side at its end, in random order
///   knobs       values of one class together in rows, as many as combine (after Dorfman 1943, group testing): of a row
///               that moves nothing, no value matters alone; one that moves V is halved, rows of four or fewer are told
///               apart value by value, the strongest row first
///   end         when nothing is left to tell apart, or an eighth of the budget is spent
class Screen {
 public:
  /// One trial of it.
  struct Row {
    space::Variance variance;
    std::vector<std::size_t> members;  ///< effects that it measures together
    double promise = 0.0;              ///< V of the row that it is a part of
  };

  Screen(const Problem& problem, std::size_t images_per_row);
  /// At most `count` rows, transforms and knobs in turn; empty when all were taken.
  std::vector<Row> take(std::size_t count);
  /// `told` is the variance that was run: it may be milder than the row's.
  void learn(const Row& row, const space::Variance& told, double violation);

  const std::vector<Effect>& effects() const { return effects_; }
  bool done() const;
  /// 0..1, how much of what is known to be needed was taken.
  double progress() const;
  bool large() const;

 private:
  void plan_transforms(const space::Space& space, Rng& rng);
  void plan_knobs(const space::Space& space, Rng& rng);
  void pack(const std::vector<std::size_t>& members, const space::Space& space);
  Row part(const Row& row, std::size_t first, std::size_t last) const;

  std::vector<Effect> effects_;
  std::deque<Row> transforms_, knobs_;
  std::size_t taken_ = 0, most_ = 0;
};

}  // namespace robustcheck::search
