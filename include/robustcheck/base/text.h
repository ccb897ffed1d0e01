#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace robustcheck {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The shortest decimal text that reads back as the same double: 0.1, 12, 1e-05.
std::string shortest(double value);
/// Fixed number of decimals: fixed(0.0666, 2) is "0.07".
std::string fixed(double value, int decimals);
/// A rate as a person reads it: 0.067 is "6.7 %".
std::string percent(double rate);

/// The allowed name nearest to `name` (Levenshtein distance at most a third of its length), or "" if none is near.
std::string nearest_name(std::string_view name, std::span<const std::string> allowed);
/// "unknown transform 'rotat'; did you mean 'rotate'? (robustcheck list transforms)". `hint` may be empty.
std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string> allowed,
                         std::string_view hint = "");

}  // namespace robustcheck
