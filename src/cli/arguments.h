#pragma once

#include <string>
#include <vector>

#include "robustcheck/app/options.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace robustcheck::cli {

/// Arguments that several commands share, one place for name, help, range and default of each.

/// A list separated by commas.
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& target,
                      const std::string& help);
void add_model_and_images(CLI::App& command, app::SessionOptions& options);
void add_workers(CLI::App& command, std::size_t& workers);
void add_timeout(CLI::App& command, double& timeout_s);
/// Bounds on what the configurations of a run may keep alive.
void add_bounds(CLI::App& command, app::SessionOptions& options);
void add_limit(CLI::App& command, std::size_t& limit);
/// All that a command with a model and images takes beside them.
void add_session(CLI::App& command, app::SessionOptions& options);
void add_output(CLI::App& command, app::OutputOptions& options);
void add_space(CLI::App& command, space::SpaceRequest& request);

}  // namespace robustcheck::cli
