#include "robustcheck/analysis/shapley.h"

#include <bit>

#include "robustcheck/base/error.h"

namespace robustcheck::analysis {

std::vector<double> shapley_values(std::size_t players, std::span<const double> worth) {
  if (worth.size() != std::size_t{1} << players) throw Error(ErrorKind::internal, "shapley_values: not 2^players");
  // weight[s] = s! (n - s - 1)! / n!: the share of orders in which exactly a given s players come before one.
  std::vector<double> weight(players, 0.0);
  for (std::size_t s = 0; s < players; ++s)
    weight[s] = s == 0 ? 1.0 / static_cast<double>(players)
                       : weight[s - 1] * static_cast<double>(s) / static_cast<double>(players - s);
  std::vector<double> values(players, 0.0);
  for (std::size_t coalition = 0; coalition < worth.size(); ++coalition)
    for (std::size_t player = 0; player < players; ++player) {
      const std::size_t joined = coalition | std::size_t{1} << player;
      if (joined == coalition) continue;
      values[player] += weight[static_cast<std::size_t>(std::popcount(coalition))] * (worth[joined] - worth[coalition]);
    }
  return values;
}

}  // namespace robustcheck::analysis
