#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace robustcheck::cli {

/// Precedence: command line, ROBUSTCHECK_* environment, config file, default.

/// Lets every option of every command be given as ROBUSTCHECK_<NAME>: --max-seconds as ROBUSTCHECK_MAX_SECONDS. Where
/// commands differ in what an option means, search has that name and the others ROBUSTCHECK_<COMMAND>_<NAME>.
void name_environment(CLI::App& main);
/// A line with did-you-mean for each ROBUSTCHECK_ variable that is none of these.
void warn_of_unknown_variables(const CLI::App& main, std::ostream& out);

/// The arguments (without the program's name) with what --config adds: options of the command that neither the command
/// line nor the environment gives. `places` gets option -> place in the file, for messages. Throws Error{usage} for
/// keys that are no option of the command.
std::vector<std::string> with_config(const CLI::App& main, std::vector<std::string> arguments,
                                     std::map<std::string, std::string>& places);

}  // namespace robustcheck::cli
