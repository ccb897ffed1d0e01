#pragma once

#include <string>
#include <vector>

namespace robustcheck::app {

/// The values of an option ("strategy") or argument ("WHAT") of `command` that takes one of a few; empty for others. A
/// list takes several of them.
std::vector<std::string> choices(const std::string& command, const std::string& option);

}  // namespace robustcheck::app
