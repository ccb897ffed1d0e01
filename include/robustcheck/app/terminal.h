#pragma once

#include <cstddef>
#include <string>

namespace robustcheck::app {

/// Columns of the terminal that `fd` is; without one, what COLUMNS says, else 80. At least 40.
std::size_t terminal_columns(int fd);
/// A terminal that moves its cursor and colours text: not TERM=dumb.
bool is_capable_terminal(int fd);
/// For stdout. NO_COLOR says no where it is not empty (no-color.org).
bool colour_wanted();

/// The text cut off at `columns` characters, with "..." where something is missing.
std::string clipped(const std::string& text, std::size_t columns);
/// Lines broken at spaces so that none is wider than `columns` where that can be; what follows stands under the second
/// column of a line that has two.
std::string wrapped(const std::string& text, std::size_t columns);

}  // namespace robustcheck::app
