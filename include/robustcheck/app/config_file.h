#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace robustcheck::app {

/// One member of a config file, as the command line would have it.
struct ConfigValue {
  std::string key;                  ///< max_seconds
  std::string place;                ///< "night.json#/max_seconds", for messages
  std::vector<std::string> values;  ///< of a list: one each; of a flag: "true" or "false"
  bool flag = false;
};

/// Reads {"budget": 50000, "profile": ["mild", "deployment"], "quiet": true}: options by name, '_' for '-'. "$schema"
/// is skipped. Throws Error{usage} for anything but texts, numbers, booleans and lists of texts and numbers.
std::vector<ConfigValue> read_config(const std::filesystem::path& path);

}  // namespace robustcheck::app
