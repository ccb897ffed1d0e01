#pragma once

#include <map>
#include <string>

#include "robustcheck/space/variance.h"

namespace robustcheck::space {

/// Environment variables, name -> value.
using Environment = std::map<std::string, std::string>;

/// What the knobs of scope "process" in a configuration ask of the environment in which a worker starts: the libraries
/// read it once, when they are loaded. Reference values ask for nothing, and so do knobs of other scopes.
Environment environment_of(const Assignment& config);

}  // namespace robustcheck::space
