#pragma once

#include <optional>
#include <span>
#include <vector>

#include "robustcheck/eval/pool_set.h"
#include "robustcheck/space/validity.h"

namespace robustcheck::eval {

/// How far the other steps of each trial's chain take its pictures from the picture with the geometric steps alone; in
/// the order of the trials and of their images. No forward pass. Nothing where an image cannot be read or the worker
/// fails.
using Measured = std::vector<std::vector<std::optional<space::Distances>>>;
Measured measure(PoolSet& pools, std::span<const space::Trial> trials);

}  // namespace robustcheck::eval
