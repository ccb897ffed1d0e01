#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json.hpp"

namespace robustcheck {

/// Keys keep the order in which they were written: reports read like the documentation.
using Json = nlohmann::ordered_json;

enum class Comments { refused, skipped };
/// Parses a text. `place` names it in the message. Throws Error{usage} with line and column; for a key that one object
/// holds twice "<place>/<key>: given twice"; for a number that no double can hold and for more than 100 levels.
Json parse_json(std::string_view text, const std::string& place, Comments comments = Comments::refused);
/// The same for lines that a program wrote and that may be damaged: nothing instead of an exception.
std::optional<Json> json_or_none(std::string_view text);
/// Parses a file, a pipe, or stdin ("-"). Throws Error{usage} if it is missing or no JSON.
Json read_json(const std::filesystem::path& path, Comments comments = Comments::refused);

/// The text of a value. What is no UTF-8 in it is written as utf8_text() does (base/names.h): never an exception.
std::string json_text(const Json& value, int indent = -1);

/// A finite number as it is, NaN and infinities as null (JSON has none).
Json number_or_null(double value);

/// Typed access to one JSON object that a user wrote. Every message reads "<place>/<key>: <found>, <what would be
/// right>" and is an Error{usage}; unknown keys are errors with did-you-mean.
class ObjectReader {
 public:
  ObjectReader(const Json& value, std::string place);

  bool has(const std::string& key) const;
  std::string place(const std::string& key) const;  ///< "<place>/<key>", for messages
  const Json& at(const std::string& key) const;     ///< any type; an error if it is missing
  std::string text(const std::string& key) const;
  double number(const std::string& key) const;
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high) const;
  std::vector<double> numbers(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;
  /// One of `allowed`; returns its index.
  std::size_t choice(const std::string& key, const std::vector<std::string>& allowed) const;
  /// Throws for a key that is not in `known`. "$schema" is always allowed.
  void only(const std::vector<std::string>& known) const;

 private:
  const Json& value_;
  std::string place_;
};

}  // namespace robustcheck
