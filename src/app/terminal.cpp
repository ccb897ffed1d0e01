#include "robustcheck/app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "robustcheck/base/number.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

constexpr std::size_t kUsual = 80, kLeast = 40;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

/// Where the text of a line goes on: at its second column ("  --seed N   of everything"), else at its indentation.
std::size_t hang(const std::string& line, std::size_t columns) {
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t gap = line.find("  ", first);
  const std::size_t second = gap == std::string::npos ? first : line.find_first_not_of(' ', gap);
  return second == std::string::npos || second > columns / 2 ? first : second;
}

void append_wrapped(const std::string& line, std::size_t columns, std::string& result) {
  if (characters(line) <= columns) {
    result += line;
    return;
  }
  const std::size_t start = hang(line, columns);
  std::string current = line.substr(0, start);
  bool empty = true;
  for (const std::string& word : split(line.substr(start), ' ')) {
    if (word.empty()) continue;
    if (!empty && characters(current) + 1 + characters(word) > columns) {
      result += current + '\n';
      current.assign(start, ' ');
      empty = true;
    }
    current += (empty ? "" : " ") + word;
    empty = false;
  }
  result += current;
}

}  // namespace

std::size_t terminal_columns(int fd) {
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::max<std::size_t>(size.ws_col, kLeast);
  const std::size_t said = whole_number(variable("COLUMNS")).value_or(0);
  return said > 0 ? std::max(said, kLeast) : kUsual;
}

bool is_capable_terminal(int fd) { return isatty(fd) != 0 && variable("TERM") != "dumb"; }

bool colour_wanted() { return is_capable_terminal(STDOUT_FILENO) && variable("NO_COLOR").empty(); }

std::string clipped(const std::string& text, std::size_t columns) {
  constexpr std::string_view kMissing = "...";
  if (characters(text) <= columns) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if (starts_character(text[end]) && seen++ == columns - kMissing.size()) break;
  return text.substr(0, end) + std::string(kMissing);
}

std::string wrapped(const std::string& text, std::size_t columns) {
  std::string result;
  bool first = true;
  for (const std::string& line : split(text, '\n')) {
    if (!std::exchange(first, false)) result += '\n';
    append_wrapped(line, columns, result);
  }
  return result;
}

}  // namespace robustcheck::app
