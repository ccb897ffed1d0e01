#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace robustcheck {

/// Processors that this process may keep busy: its affinity (taskset, cpusets) and the quota of its control groups (a
/// container's --cpus), rounded up; at least one.
std::size_t usable_cpus();

/// Of cpu.max: "50000 100000" is half a processor; nothing for "max 100000" and what cannot be read.
std::optional<double> cpus_of_quota(std::string_view text);

}  // namespace robustcheck
