#pragma once

namespace robustcheck::cli {

/// Parses the command line, runs the subcommand and returns its exit code. Throws Error.
int run(int argc, char** argv);

}  // namespace robustcheck::cli
