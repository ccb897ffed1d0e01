#pragma once

#include <string>
#include <vector>

#include "robustcheck/oracle/observation.h"

namespace robustcheck::app {

/// Largest finite difference between two networks' scores of the same images.
double largest_difference(const std::vector<oracle::Observation>& a, const std::vector<oracle::Observation>& b);
/// The first row that gave no output though its image could be read; nullptr if none: it is the configuration's
/// failure.
const oracle::Observation* first_failure(const std::vector<oracle::Observation>& rows);
/// Digest of the scores and failures of one configuration.
std::string digest_of(const std::vector<oracle::Observation>& rows);

}  // namespace robustcheck::app
