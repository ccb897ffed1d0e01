#include "robustcheck/base/names.h"

#include <algorithm>
#include <array>

namespace robustcheck {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";
constexpr std::size_t kEscape = 4;  // characters of \xHH

std::string escaped(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return {'\\', 'x', kDigits[value >> 4], kDigits[value & 15]};
}

bool is_escape(std::string_view text) {
  return text.size() >= kEscape && text[0] == '\\' && text[1] == 'x' && kDigits.find(text[2]) != std::string::npos &&
         kDigits.find(text[3]) != std::string::npos;
}

std::size_t sequence_bytes(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/// Bytes of the UTF-8 character that `text` begins with; 0 if it begins with none (RFC 3629: no overlong form, no
/// surrogate, nothing above U+10FFFF).
std::size_t character_bytes(std::string_view text) {
  constexpr std::array<unsigned, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = sequence_bytes(lead);
  if (size < 2 || text.size() < size) return size == 1 ? 1 : 0;
  unsigned code = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) return 0;
    code = code << 6 | (next & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code >= kLeast[size] && code <= 0x10ffff && !surrogate ? size : 0;
}

/// C0, DEL, and C1 (U+0080 to U+009F): a terminal obeys them.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return character.size() == 2 && first == 0xc2 && static_cast<unsigned char>(character.back()) < 0xa0;
}

/// $'...', as bash, zsh and ksh read it: for bytes that no terminal shows.
std::string ansi_c_quoted(const std::string& text) {
  std::string quoted = "$'";
  for (const char c : text) {
    const std::string shown = one_line_text({&c, 1});
    if (c == '\'' || c == '\\')
      quoted += {'\\', c};
    else
      quoted += shown.size() == 1 ? shown : "\\x" + shown.substr(2);
  }
  return quoted + "'";
}

}  // namespace

std::string as_text(std::string_view name) {
  std::string text;
  while (!name.empty()) {
    const std::size_t size = is_escape(name) ? 0 : character_bytes(name);
    text += size == 0 ? escaped(name.front()) : std::string(name.substr(0, size));
    name.remove_prefix(size == 0 ? 1 : size);
  }
  return text;
}

std::string from_text(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const bool escape = is_escape(text);
    name += escape ? static_cast<char>(kDigits.find(text[2]) << 4 | kDigits.find(text[3])) : text.front();
    text.remove_prefix(escape ? kEscape : 1);
  }
  return name;
}

std::string utf8_text(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const std::size_t size = character_bytes(text);
    valid += size == 0 ? escaped(text.front()) : std::string(text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return valid;
}

std::string one_line_text(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t size = std::max<std::size_t>(character_bytes(text), 1);
    const std::string_view character = text.substr(0, size);
    if (character_bytes(text) == 0 || is_control(character))
      for (const char byte : character) line += escaped(byte);
    else
      line += character;
    text.remove_prefix(size);
  }
  return line;
}

std::string shell_word(const std::string& text) {
  if (one_line_text(text) != text) return ansi_c_quoted(text);
  if (!text.empty() && text.find_first_of(" \t\n\"'$`\\*?&;|<>()[]{}!#~") == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace robustcheck
