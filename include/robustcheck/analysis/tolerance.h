#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace robustcheck::analysis {

/// What was measured at one strength.
struct Rung {
  double share = 0.0;  ///< of the range, [0, 1]
  std::uint64_t failures = 0;
  std::uint64_t images = 0;
};

/// Where failures first reach the limit, as a share of the range. Between two rungs the rate is taken as linear.
struct Crossing {
  double share = 0.0;
  double low = 0.0;            ///< where the upper end of Wilson's 95 % interval of the rate reaches it
  std::optional<double> high;  ///< where the lower end does; none: nowhere on the ladder
};

/// The first crossing on a ladder of rungs with growing share: failures need not be monotone in strength, and what
/// matters to a user is where they begin. `start`: at share 0; without images the rate there is 0 for certain (at the
/// reference no eligible image fails). None where the rate reaches the limit on no rung.
std::optional<Crossing> first_crossing(const Rung& start, std::span<const Rung> ladder, double limit);

/// Nothing beyond this rung can change first_crossing(): even the lower end of its interval reaches the limit.
bool ends_ladder(const Rung& rung, double limit);

}  // namespace robustcheck::analysis
