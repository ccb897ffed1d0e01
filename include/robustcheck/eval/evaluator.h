#pragma once

#include <span>
#include <vector>

#include "robustcheck/oracle/observation.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::eval {

/// The only way to a model. Tests of search and analysis substitute a fake.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Observations in the order of trials and of their images. A value may depend in its last bits on the trials of this
  /// call, never on the number of workers or on time. Failures are typed observations, never exceptions.
  virtual std::vector<std::vector<oracle::Observation>> observe(std::span<const space::Trial> trials) = 0;
};

}  // namespace robustcheck::eval
