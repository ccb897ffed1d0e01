#include "plain_text.h"

#include <algorithm>

#include "robustcheck/base/names.h"

namespace robustcheck::eval {
namespace {

constexpr std::size_t kMaxBytes = 600;
constexpr std::string_view kSpace = " \t\r\n";

}  // namespace

std::string one_line(std::string_view text) {
  std::string line(text.substr(0, kMaxBytes));
  std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  const std::size_t begin = line.find_first_not_of(kSpace);
  if (begin == std::string::npos) return "";
  return utf8_text(line.substr(begin, line.find_last_not_of(kSpace) + 1 - begin));
}

std::string last_line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(kSpace);
  if (end == std::string_view::npos) return "";
  text = text.substr(0, end + 1);
  const std::size_t newline = text.rfind('\n');
  return one_line(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

}  // namespace robustcheck::eval
