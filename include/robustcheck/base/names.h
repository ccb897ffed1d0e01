#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace robustcheck {

// File names are bytes; JSON, XML and terminals hold UTF-8. One rule, everywhere, which loses nothing: a byte that is
// no UTF-8 is written \xHH (capital digits), and the backslash of a text that looks like that is written \x5C.

/// The name as text.
std::string as_text(std::string_view name);
inline std::string path_text(const std::filesystem::path& path) { return as_text(path.native()); }
/// The name of which as_text() made `text`.
std::string from_text(std::string_view text);

/// Only bytes that are no UTF-8 as \xHH: for text that is no name.
std::string utf8_text(std::string_view text);
/// The same, and control characters (a line break in a name) as \xHH too: fit for one line of a terminal.
std::string one_line_text(std::string_view text);
/// A word of a command line that can be pasted: quoted where a shell would split or expand it.
std::string shell_word(const std::string& text);

}  // namespace robustcheck
