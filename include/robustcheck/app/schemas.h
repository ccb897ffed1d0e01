#pragma once

#include <string>
#include <vector>

namespace robustcheck::app {

struct Schema {
  std::string name;  ///< report, case, config, policy, preprocessing, variance
  std::string text;  ///< the JSON Schema, as in configs/schema/
};

/// Built in from configs/schema/ by CMake: the program needs no file beside it.
const std::vector<Schema>& schemas();

}  // namespace robustcheck::app
