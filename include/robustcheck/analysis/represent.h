#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "robustcheck/analysis/attribute.h"

namespace robustcheck::analysis {

/// What one counterexample breaks, and how much it matters. The same images in the same order in all that are compared.
struct Covering {
  Outcomes failing;
  double severity = 0.0;
};

/// The order in which few say most: each time the one with the largest severity x number of failing images that nothing
/// before it covers; ties, and what adds nothing, in the given order. Greedy: within 1 - 1/e of the best set of any
/// size (Nemhauser, Wolsey and Fisher 1978).
std::vector<std::size_t> representative_order(std::span<const Covering> all);

/// Share of the images that fail anywhere in `all` which the first k of `order` cover, for k = 1, 2, ... Empty where
/// nothing fails.
std::vector<double> covered_shares(std::span<const Covering> all, std::span<const std::size_t> order);

}  // namespace robustcheck::analysis
