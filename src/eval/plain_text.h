#pragma once

#include <string>
#include <string_view>

namespace robustcheck::eval {

/// What a foreign process said, fit for a terminal and for JSON: one line of valid UTF-8 without control characters,
/// at most 600 bytes.
std::string one_line(std::string_view text);

/// The last line that holds more than white space, or "".
std::string last_line(std::string_view text);

}  // namespace robustcheck::eval
