#pragma once

namespace robustcheck::cli {

/// Gives a closed stdin, stdout or stderr a file, so that no file that is opened later takes its number and gets what
/// is printed. What goes to a stdout that was closed fails as on a full disk. Call once, before anything is opened.
void open_standard_streams();
/// Flushes std::cout; false where anything that was printed did not arrive.
bool output_arrived();

}  // namespace robustcheck::cli
