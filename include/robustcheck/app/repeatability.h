#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "robustcheck/app/session.h"
#include "robustcheck/oracle/observation.h"

namespace robustcheck::app {

/// How far the reference's scores move by themselves.
struct Repeatability {
  double noise = 0.0;             ///< largest difference of a score between two equal runs
  double batch_dependence = 0.0;  ///< the same between batches of other company
  std::string batch_note;         ///< where that is more than rounding: what it does, in a sentence
  std::uint64_t evaluations = 0;
};

/// Runs the reference again: on all images as before, and on up to 64 of them in another order, with another company
/// and alone (as `replay` does). `reference` holds an observation per image. What counts is what decides an answer: the
/// logarithm of the odds of the two most probable classes, against its median over the images; a mask of -1e9 or
/// -infinity moves no answer. A dependence on the batch has a note above 1e-4 of that median.
/// Throws Error{baseline} with the cause: where equal runs differ by more than rounding, where the network keeps state
/// that moves its scores, and where the company changes more than one answer in twenty.
Repeatability check_repeatability(Session& session, const std::vector<oracle::Observation>& reference);

}  // namespace robustcheck::app
