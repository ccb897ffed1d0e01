#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace robustcheck {

struct CsvRow {
  std::vector<std::string> fields;
  std::size_t line = 0;  ///< where it begins, from 1
};

/// Rows as spreadsheets and Python's csv module write them (RFC 4180): quoted fields may hold separators, quotes and
/// line breaks; lines end with LF, CRLF or CR; empty lines are passed over. Throws Error{input} with `place` and line
/// for a quote that is not closed.
std::vector<CsvRow> parse_csv(std::string_view text, char separator, const std::string& place);

}  // namespace robustcheck
