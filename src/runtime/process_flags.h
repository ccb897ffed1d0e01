#pragma once

#include "settings.h"

namespace robustcheck::runtime {

/// Sets LibTorch's process-wide switches. Costs well under a microsecond.
void apply(const CallSettings& settings);

/// From now on LibTorch says the same warning once in this thread, not in every forward pass.
void warn_once();

}  // namespace robustcheck::runtime
