#pragma once

#include <set>
#include <string>

#include "robustcheck/search/strategy.h"
#include "robustcheck/space/space.h"

namespace robustcheck::search {

/// Which variances were proposed already: no budget is spent on the same one twice.
class Tried {
 public:
  explicit Tried(const space::Space& space) : catalogue_(space.catalogue()) {}
  /// True for what first() would accept.
  bool unseen(const space::Variance& variance) const {
    if (variance.data.empty() && variance.config.empty()) return false;
    return !seen_.contains(space::to_json(variance, catalogue_).dump());
  }
  /// True the first time; false for the reference too, whose outcome is known.
  bool first(const space::Variance& variance) {
    if (variance.data.empty() && variance.config.empty()) return false;
    return seen_.insert(space::to_json(variance, catalogue_).dump()).second;
  }

 private:
  space::Catalogue catalogue_;
  std::set<std::string> seen_;
};

/// A strategy that meets this many proposals in a row that it tried already has seen its space.
inline constexpr int kPatience = 200;
/// Trials of one ask(): enough work for a few workers, little enough to learn from.
inline constexpr std::size_t kTrialsPerRound = 8;

}  // namespace robustcheck::search
