#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>

namespace robustcheck::cli {

/// The manual page (man 7 man): every command with its options, environment and exit codes.
void write_man(const CLI::App& main, std::ostream& out);

}  // namespace robustcheck::cli
