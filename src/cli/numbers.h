#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace robustcheck::cli {

/// For every option that takes a number, wherever it was given (command line, environment, config file): refuses what
/// is no decimal number in the range, and hands it on as CLI11 reads it. By itself CLI11 takes nan, 0x10, 010 as
/// eight, and -1 as 2^64 - 1.

CLI::Validator whole(std::uint64_t low, std::uint64_t high = ~std::uint64_t{0});
CLI::Validator real(double low, double high);

}  // namespace robustcheck::cli
