#include "robustcheck/base/csv.h"

#include <csv.h>

#include <algorithm>

#include "robustcheck/base/error.h"

namespace robustcheck {
namespace {

/// libcsv's parser with the rows that it has given so far.
struct Parser {
  csv_parser parser;
  std::vector<CsvRow> rows;
  CsvRow row{};
  std::size_t line = 1;
  bool within_row = false;

  explicit Parser(char separator) : parser() {
    csv_init(&parser, 0);
    csv_set_delim(&parser, static_cast<unsigned char>(separator));
    csv_set_space_func(&parser, [](unsigned char) { return 0; });  // a name may begin or end with a space
  }
  ~Parser() { csv_free(&parser); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
};

void end_field(void* text, std::size_t bytes, void* state) {
  static_cast<Parser*>(state)->row.fields.emplace_back(static_cast<const char*>(text), bytes);
}

void end_row(int, void* state) {
  Parser& parser = *static_cast<Parser*>(state);
  parser.rows.push_back(std::move(parser.row));
  parser.row = {{}, parser.line};
  parser.within_row = false;
}

[[noreturn]] void fail(const std::string& place, std::size_t line, const std::string& problem) {
  throw Error(ErrorKind::input, place + ":" + std::to_string(line) + ": " + problem);
}

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, char separator, const std::string& place) {
  Parser state(separator);
  while (!text.empty()) {  // line by line: only so is it known where a row begins
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    if (!state.within_row) state.row.line = state.line;
    state.within_row = state.within_row || line.find_first_not_of("\r\n") != std::string_view::npos;
    if (csv_parse(&state.parser, line.data(), line.size(), end_field, end_row, &state) != line.size())
      fail(place, state.line, csv_strerror(csv_error(&state.parser)));
    text.remove_prefix(line.size());
    ++state.line;
  }
  csv_set_opts(&state.parser, CSV_STRICT | CSV_STRICT_FINI);  // strict within, it would refuse 5" for an unquoted field
  if (csv_fini(&state.parser, end_field, end_row, &state) != 0)
    fail(place, state.row.line, "a quoted field is not closed");
  return std::move(state.rows);
}

}  // namespace robustcheck
