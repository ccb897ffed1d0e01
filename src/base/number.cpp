#include "robustcheck/base/number.h"

#include <charconv>
#include <cmath>

namespace robustcheck {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr double kExactBelow = 9007199254740992.0;  // 2^53: whole numbers up to here are themselves as double

/// 010 is eight to one reader and ten to another.
bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && kDigits.find(text[1]) != std::string_view::npos;
}

template <typename Number>
std::optional<Number> parsed(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> decimal(std::string_view text) {
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos || has_leading_zero(text))
    return std::nullopt;
  return parsed<double>(text);
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  if (text.find_first_not_of(kDigits) == std::string_view::npos)
    return has_leading_zero(text) ? std::nullopt : parsed<std::uint64_t>(text);
  const std::optional<double> value = decimal(text);
  if (!value || *value < 0.0 || *value > kExactBelow || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

}  // namespace robustcheck
