#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace robustcheck::analysis {

/// The Shapley value of each of `players` players (Shapley 1953): what a player adds to a coalition, averaged over all
/// orders in which the players can join. Exact. `worth` has one value per coalition, indexed by the bits of its
/// members; worth[0] is that of nobody. The values add up to worth.back() - worth[0].
/// Throws Error{internal} unless worth.size() == 2^players.
std::vector<double> shapley_values(std::size_t players, std::span<const double> worth);

}  // namespace robustcheck::analysis
