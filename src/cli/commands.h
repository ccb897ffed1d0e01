#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace robustcheck::cli {

/// Parses the command line, runs the subcommand and returns its exit code. Throws Error.
int run(int argc, char** argv);

/// The chosen subcommand, as a call that runs it.
using Action = std::function<int()>;

/// What pipelines use (commands_gate.cpp).
void add_gate(CLI::App& main, Action& action);
void add_status(CLI::App& main, Action& action);
/// What starts a project.
void add_init(CLI::App& main, Action& action);
void add_schema(CLI::App& main, Action& action);
void add_completion(CLI::App& main, Action& action);

}  // namespace robustcheck::cli
