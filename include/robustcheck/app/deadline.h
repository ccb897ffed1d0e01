#pragma once

#include "robustcheck/app/progress.h"

namespace robustcheck::app {

/// The time that --max-seconds gives to a whole run, from its construction on.
class Deadline {
 public:
  /// `seconds` 0: no limit.
  explicit Deadline(double seconds) : seconds_(seconds) {}
  bool passed(double share) const { return seconds_ > 0.0 && watch_.seconds() > share * seconds_; }
  double seconds() const { return seconds_; }

 private:
  double seconds_;
  Stopwatch watch_;
};

/// Shares of --max-seconds by which a phase must have ended: what comes after it has the rest.
namespace share {
inline constexpr double kBaseline = 0.9;
inline constexpr double kProbe = 0.3;
inline constexpr double kSearch = 0.6;
inline constexpr double kMinimise = 0.7;
inline constexpr double kConfirm = 0.9;
inline constexpr double kExplain = 0.95;
inline constexpr double kCompare = 0.98;
}  // namespace share

}  // namespace robustcheck::app
