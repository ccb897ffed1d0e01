#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace robustcheck::cli {

/// Parses the command line, runs the subcommand and returns its exit code. Throws Error.
int run(int argc, char** argv);

/// The chosen subcommand, as a call that runs it.
using Action = std::function<int()>;

/// commands_search.cpp; `argv` goes into the report.
void add_search(CLI::App& main, Action& action, std::vector<std::string> argv);
/// What pipelines use (commands_gate.cpp).
void add_gate(CLI::App& main, Action& action);
void add_status(CLI::App& main, Action& action);
/// What starts a project.
void add_init(CLI::App& main, Action& action);
void add_schema(CLI::App& main, Action& action);
void add_completion(CLI::App& main, Action& action);

}  // namespace robustcheck::cli
