#pragma once

#include <cstdint>

#include "robustcheck/app/confirm_phase.h"

namespace robustcheck::app {

/// Fills in `accuracy` of the counterexamples, best first, as far as `allowance` pays; returns the evaluations. A
/// counterexample's rate is over images that are right at the reference; what it gains is among the others: of these it
/// is run on as many of the confirmation half as stand in proportion to the confirmation images, spread evenly. A gain
/// or loss on an invalid picture is none. Nothing without labels.
std::uint64_t measure_accuracy(ConfirmOutcome& confirmed, const Dataset& dataset, Bench& bench, ValidityGate& gate,
                               std::uint64_t split_seed, std::uint64_t allowance);

}  // namespace robustcheck::app
