#pragma once

#include <memory>

#include "robustcheck/search/strategy.h"

namespace robustcheck::search {

/// Uniform: a random number of transforms, strengths uniform in their ranges, each knob away from its reference with
/// p = 0.5. The plain baseline.
std::unique_ptr<Strategy> make_random(Problem problem);

/// Coarse full factorial: every gene alone at its ends and half-way, then pairs of these, then triples, each in an
/// order shuffled by the seed, until the budget is gone: where it ends, an even sample of them was tried.
std::unique_ptr<Strategy> make_grid(Problem problem);

/// Screen, combine, polish, evolve. The algorithm, in pseudo-code and with its sources, is in genetic.h.
std::unique_ptr<Strategy> make_genetic(Problem problem);

}  // namespace robustcheck::search
