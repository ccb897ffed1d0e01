#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace robustcheck {

/// The one way from text that a user wrote to a number: decimal, finite and nothing beside it.

/// 12, -0.5, .05, 1e3; nullopt for nan, inf, 0x10, 010 (octal elsewhere), 1e999, "", "5 " and "5%".
std::optional<double> decimal(std::string_view text);
/// A whole number in [0, 2^64 - 1]: 12, and 1e3 or 2.0 up to 2^53; nullopt for -1, 1.5 and whatever decimal() refuses.
std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace robustcheck
