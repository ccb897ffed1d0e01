#include "escape.h"

#include "robustcheck/base/names.h"

namespace robustcheck::report {
namespace {

void replace_all(std::string& text, const std::string& from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::string clean(std::string_view text) {
  std::string result;
  for (const char c : utf8_text(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x7F || (byte < 0x20 && c != '\t' && c != '\n' && c != '\r')) continue;
    result += c;
  }
  for (unsigned char c1 = 0x80; c1 < 0xA0; ++c1) replace_all(result, {'\xC2', static_cast<char>(c1)}, "");
  replace_all(result, "\xEF\xBF\xBE", "");  // U+FFFE and U+FFFF are no XML characters
  replace_all(result, "\xEF\xBF\xBF", "");
  return result;
}

std::string escape_xml(std::string_view text) {
  std::string result;
  bool starts_line = true;  // GitHub obeys a line of a log that starts with "::" or "##[", whoever wrote it
  for (const char c : clean(text)) {
    const bool obeyed = starts_line && (c == ':' || c == '#');
    starts_line = c == '\n' || (starts_line && (c == ' ' || c == '\t'));
    if (obeyed) {
      result += c == ':' ? "&#58;" : "&#35;";
      continue;
    }
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      case '\r':
        result += "&#13;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string escape_attribute(std::string_view text) {
  std::string result = escape_xml(text);
  replace_all(result, "\n", "&#10;");
  replace_all(result, "\t", "&#9;");
  return result;
}

std::string escape_markdown(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_[]<>|~#!@";
  std::string result;
  for (const char c : clean(text)) {
    if (c == '\n' || c == '\r' || c == '\t') {
      result += ' ';
    } else if (c == '&') {
      result += "&amp;";
    } else {
      if (kMarkup.find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
  }
  return result;
}

std::string escape_csv(std::string_view text) {
  std::string field = clean(text);
  for (std::size_t at = field.find("::"); at != std::string::npos; at = field.find("::", at + 2)) {
    const std::size_t before = field.find_last_not_of(" \t", at == 0 ? 0 : at - 1);
    if (at == 0 || before == std::string::npos || field[before] == '\n' || field[before] == '\r')
      field.insert(at++, 1, '\'');
  }
  if (!field.empty() && std::string_view("=+-@\t\r").find(field.front()) != std::string_view::npos)
    field.insert(field.begin(), '\'');
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  replace_all(field, "\"", "\"\"");
  return "\"" + field + "\"";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

}  // namespace robustcheck::report
