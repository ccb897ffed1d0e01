#include "fields.h"

#include <cmath>

#include "robustcheck/base/text.h"

namespace robustcheck::report {

const Json& at(const Json& object, const std::string& key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

const Json& list(const Json& object, const std::string& key) {
  static const Json empty = Json::array();
  const Json& value = at(object, key);
  return value.is_array() ? value : empty;
}

std::string text(const Json& object, const std::string& key) {
  const Json& value = at(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

std::optional<double> number(const Json& object, const std::string& key) {
  const Json& value = at(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::uint64_t count(const Json& object, const std::string& key) {
  const Json& value = at(object, key);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

std::optional<std::pair<double, double>> interval(const Json& object, const std::string& key) {
  const Json& value = list(object, key);
  if (value.size() != 2 || !value[0].is_number() || !value[1].is_number()) return std::nullopt;
  return std::pair(value[0].get<double>(), value[1].get<double>());
}

std::string plain(const Json& value) {
  if (value.is_null()) return "none";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_float()) return shortest(std::round(value.get<double>() * 1e6) / 1e6);
  return json_text(value);
}

}  // namespace robustcheck::report
