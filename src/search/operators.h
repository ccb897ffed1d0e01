#pragma once

#include "robustcheck/base/rng.h"
#include "robustcheck/space/space.h"

namespace robustcheck::search {

/// Changes of a variance, gene by gene. Every result may leave the space a little: space::repaired() follows.
class Operators {
 public:
  explicit Operators(const space::Space& space) : space_(space) {}

  /// One operator or, with p = 0.3 each time, one more, chosen uniformly: move one value, the place (what is no
  /// strength) or all values, send a strength to its end, mirror or scale a transform, add, drop, replace, reorder
  /// transforms, set or reset a knob, cross with `partner`, or a fresh variance.
  space::Variance child(const space::Variance& parent, const space::Variance& partner, Rng& rng) const;
  /// Few transforms, strengths biased to the ends of their ranges; from one knob to half of them, every order of
  /// magnitude as likely.
  space::Variance fresh(Rng& rng) const;
  /// A few transforms and half of the knobs: where nothing alone moves anything, the more combinations in one trial the
  /// better.
  space::Variance dense(Rng& rng) const;
  /// Multiplies the distance of every strength from neutral.
  void soften(space::Variance& variance, double factor) const;
  /// Every strength at most at this share of its registered range; `exactly`: each active one at it.
  void limit(space::Variance& variance, double magnitude, bool exactly) const;
  /// The transform on the other side of neutral at the same share of its range; nothing where there is no other side.
  bool mirror(space::Step& step) const;

 private:
  using Operator = void (Operators::*)(space::Variance& child, const space::Variance& partner, Rng& rng) const;

  void move_one(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void move_place(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void move_all(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void to_end(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void mirror_one(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void scale_all(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void add_step(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void drop_step(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void replace_step(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void reorder(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void set_knob(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void reset_knob(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void cross(space::Variance& child, const space::Variance& partner, Rng& rng) const;
  void start_afresh(space::Variance& child, const space::Variance& partner, Rng& rng) const;

  space::Step strong_step(Rng& rng) const;
  space::Assignment fresh_config(double active, Rng& rng) const;

  const space::Space& space_;
};

}  // namespace robustcheck::search
