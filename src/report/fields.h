#pragma once

#include <optional>
#include <string>
#include <utility>

#include "robustcheck/base/json.h"

namespace robustcheck::report {

/// Members of a report that may be missing or null: nothing is thrown, an unfit type reads as missing.
const Json& at(const Json& object, const std::string& key);  ///< null where it is missing
const Json& list(const Json& object, const std::string& key);
std::string text(const Json& object, const std::string& key);
std::optional<double> number(const Json& object, const std::string& key);
std::uint64_t count(const Json& object, const std::string& key);  ///< 0 where it is missing
std::optional<std::pair<double, double>> interval(const Json& object, const std::string& key);

/// A value of any type as a person reads it: text as it is, numbers short, null as "none".
std::string plain(const Json& value);

}  // namespace robustcheck::report
