#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

namespace robustcheck::cli {

/// Shell completion of every command and option of `main`. `shell`: bash, zsh, fish; man: the manual page.
void write_completion(const CLI::App& main, const std::string& shell, std::ostream& out);

}  // namespace robustcheck::cli
