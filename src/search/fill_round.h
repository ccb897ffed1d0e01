#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "robustcheck/search/strategy.h"
#include "tried.h"

namespace robustcheck::search {

/// Full trials of one round: what `next` proposes (nothing: it has no more), repaired, none that was tried before, as
/// many as the evaluations allow. Gives up after `patience` proposals in a row that were tried already.
inline std::vector<space::Trial> fill_round(const std::function<std::optional<space::Variance>()>& next,
                                            const space::Space& space, Tried& tried,
                                            const std::vector<ImageIndex>& images, std::size_t evaluations_left,
                                            int patience) {
  std::vector<space::Trial> trials;
  for (int failed = 0; trials.size() < kTrialsPerRound && evaluations_left >= images.size() && failed < patience;) {
    const std::optional<space::Variance> proposed = next();
    if (!proposed) break;
    const space::Variance variance = space::repaired(*proposed, space);
    if (!tried.first(variance)) {
      ++failed;
      continue;
    }
    failed = 0;
    trials.push_back({variance, images});
    evaluations_left -= images.size();
  }
  return trials;
}

}  // namespace robustcheck::search
