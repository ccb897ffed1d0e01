#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace robustcheck::cli {

/// Precedence: command line, ROBUSTCHECK_* environment, config file, default.

/// Lets every option of every command be given as ROBUSTCHECK_<NAME>: --max-seconds as ROBUSTCHECK_MAX_SECONDS.
void name_environment(CLI::App& main);

/// The arguments (without the program's name) with what --config adds: options of the command that neither the command
/// line nor the environment gives. `places` gets option -> place in the file, for messages. Throws Error{usage} for
/// keys that are no option of the command.
std::vector<std::string> with_config(const CLI::App& main, std::vector<std::string> arguments,
                                     std::map<std::string, std::string>& places);

}  // namespace robustcheck::cli
