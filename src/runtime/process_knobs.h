#pragma once

#include <map>
#include <string>

namespace robustcheck::runtime {

/// LibTorch believes ATEN_CPU_CAPABILITY whatever the CPU is, and would die of an unknown instruction: takes an
/// impossible value back before LibTorch reads it.
void drop_impossible_capability();

/// Asks the libraries what they made of the environment that this process was started in. Throws
/// ModelFailure{unavailable}, with what was found instead, for a knob of scope "process" whose value does not hold.
void require_process_knobs(const std::map<std::string, std::string>& knobs);

}  // namespace robustcheck::runtime
