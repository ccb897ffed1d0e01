#include "numbers.h"

#include <optional>
#include <string>

#include "robustcheck/base/number.h"
#include "robustcheck/base/text.h"

namespace robustcheck::cli {
namespace {

std::string refused(const std::string& text, const std::string& kind, const std::string& low, const std::string& high) {
  return "'" + text + "' is no " + kind + " in [" + low + ", " + high + "]";
}

}  // namespace

CLI::Validator whole(std::uint64_t low, std::uint64_t high) {
  return CLI::Validator(
      [low, high](std::string& text) {
        const std::optional<std::uint64_t> value = whole_number(text);
        if (!value || *value < low || *value > high)
          return refused(text, "whole decimal number", std::to_string(low), std::to_string(high));
        text = std::to_string(*value);
        return std::string();
      },
      "");
}

CLI::Validator real(double low, double high) {
  return CLI::Validator(
      [low, high](std::string& text) {
        const std::optional<double> value = decimal(text);
        if (!value || *value < low || *value > high)
          return refused(text, "decimal number", shortest(low), shortest(high));
        text = shortest(*value);
        return std::string();
      },
      "");
}

}  // namespace robustcheck::cli
