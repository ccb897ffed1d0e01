#pragma once

#include <memory>

#include "robustcheck/search/strategy.h"

namespace robustcheck::search {

/// Uniform: a random number of transforms, strengths uniform in their ranges, each knob away from its reference with
/// p = 0.5. The plain baseline.
std::unique_ptr<Strategy> make_random(Problem problem);

/// Random with few genes: at most a chain of transforms, each there with p = 0.4, strengths uniform; each knob away
/// from its reference with p = 0.4. The prototype's measurements: first of all peers on a wide space, nothing on a
/// tight one.
std::unique_ptr<Strategy> make_sparse_random(Problem problem);

/// One factor at a time: every gene alone, transforms at their ends and every knob value first, in an order shuffled by
/// the seed; then the transforms at 1/2, 3/4, 1/4, 7/8, 5/8, 3/8 and 1/8 of their ranges. Never a combination; done
/// when these are spent.
std::unique_ptr<Strategy> make_one_at_a_time(Problem problem);

/// A plain genetic algorithm, NSGA-II (Deb, Pratap, Agarwal, Meyarivan 2002, "A fast and elitist multiobjective genetic
/// algorithm"): no screen, no archive.
///
///   objectives  mean fitness (max), magnitude (min)
///   start       40 fresh variances (operators.h)
///   round       8 children, each of two binary tournaments by (front, crowding distance) and one operator; the best 40
///               of parents and children by front, then crowding, go on
std::unique_ptr<Strategy> make_evolution(Problem problem);

/// Coarse full factorial: every gene alone at its ends and half-way, then pairs of these, then triples, each in an
/// order shuffled by the seed, until the budget is gone: where it ends, an even sample of them was tried.
std::unique_ptr<Strategy> make_grid(Problem problem);

/// Screen, combine, polish, evolve. The algorithm, in pseudo-code and with its sources, is in genetic.h.
std::unique_ptr<Strategy> make_genetic(Problem problem);

/// The worst variance of each image. The algorithm is in per_image.h.
std::unique_ptr<Strategy> make_per_image(Problem problem);

}  // namespace robustcheck::search
