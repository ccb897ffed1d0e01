#include "robustcheck/base/json.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"

namespace robustcheck {
namespace {

[[noreturn]] void fail(const std::string& place, const std::string& problem) {
  throw Error(ErrorKind::usage, place + ": " + problem);
}

/// The value as a message shows it: short.
std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

std::string position(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t last_newline = before.rfind('\n');
  const std::size_t column = before.size() - (last_newline == std::string_view::npos ? 0 : last_newline + 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(std::max<std::size_t>(column, 1));
}

std::string below(const std::string& place, const std::string& key) {
  return place + (place.find('#') == std::string::npos ? "#/" : "/") + key;
}

constexpr std::size_t kDeepest = 100;           // what prints and copies a value goes as deep in the stack
constexpr std::size_t kMostBytes = 1ULL << 30;  // of a file: an endless device is none

/// Follows a parser through a text and refuses what it would take. The second of two equal keys: a reader that keeps
/// the last one would let the first be read by people and the second obeyed.
class Limits {
 public:
  explicit Limits(std::string place) : place_(std::move(place)) {}

  void see(Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (open_.size() > kDeepest) fail(place_, "is nested deeper than " + std::to_string(kDeepest) + " levels");
    if (event == Event::object_end || event == Event::array_end) {
      open_.pop_back();
    } else if (event == Event::key) {
      open_.back().key = parsed.get<std::string>();
      if (!open_.back().keys.insert(open_.back().key).second) fail(here(), "given twice");
    } else {
      if (!open_.empty() && open_.back().is_array) open_.back().key = std::to_string(open_.back().items++);
      if (event != Event::value) open_.push_back({event == Event::array_start, 0, "", {}});
    }
  }

 private:
  struct Level {
    bool is_array = false;
    std::size_t items = 0;
    std::string key;  ///< of the member that is being read; in a list its index
    std::set<std::string> keys;
  };

  std::string here() const {
    std::string place = place_;
    for (const Level& level : open_) place = below(place, level.key);
    return place;
  }

  std::string place_;
  std::vector<Level> open_;
};

/// JSON allows DEL and U+0080 to U+009F as they are; a terminal obeys them.
std::string without_controls(const std::string& text) {
  if (text.find_first_of("\x7f\xc2") == std::string::npos) return text;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool second = text[i] == '\xc2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (!second && text[i] != '\x7f') {
      result += text[i];
      continue;
    }
    const auto code = static_cast<unsigned char>(text[second ? ++i : i]);
    result += {'\\', 'u', '0', '0', kDigits[code >> 4], kDigits[code & 15]};
  }
  return result;
}

Json with_utf8(const Json& value) {
  if (value.is_string()) return utf8_text(value.get_ref<const std::string&>());
  if (!value.is_structured()) return value;
  Json result = value.is_array() ? Json::array() : Json::object();
  for (const auto& [key, member] : value.items())
    value.is_array() ? result.push_back(with_utf8(member)) : void(result[utf8_text(key)] = with_utf8(member));
  return result;
}

}  // namespace

std::string json_text(const Json& value, int indent) {
  try {
    return without_controls(value.dump(indent));
  } catch (const Json::type_error&) {
    return without_controls(with_utf8(value).dump(indent));
  }
}

Json parse_json(std::string_view text, const std::string& place, Comments comments) {
  try {
    Limits limits(place);
    const auto see = [&limits](int, Json::parse_event_t event, Json& parsed) {
      limits.see(event, parsed);
      return true;
    };
    return Json::parse(text, see, /*allow_exceptions=*/true, comments == Comments::skipped);
  } catch (const Json::parse_error& error) {
    fail(place, "no valid JSON at " + position(text, error.byte));
  } catch (const Json::out_of_range&) {
    fail(place, "holds a number that no double can hold");
  }
}

std::optional<Json> json_or_none(std::string_view text) {
  try {
    return parse_json(text, "");
  } catch (const Error&) {
    return std::nullopt;
  }
}

Json read_json(const std::filesystem::path& path, Comments comments) {
  try {
    return parse_json(read_input(path, kMostBytes), input_name(path), comments);
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, error.what());
  }
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

ObjectReader::ObjectReader(const Json& value, std::string place) : value_(value), place_(std::move(place)) {
  if (!value.is_object()) fail(place_, shown(value) + " is no object {...}");
}

bool ObjectReader::has(const std::string& key) const { return value_.contains(key); }

std::string ObjectReader::place(const std::string& key) const { return below(place_, key); }

const Json& ObjectReader::at(const std::string& key) const {
  const auto found = value_.find(key);
  if (found == value_.end()) fail(place_, "'" + key + "' is missing");
  return *found;
}

std::string ObjectReader::text(const std::string& key) const {
  const Json& value = at(key);
  if (!value.is_string()) fail(place(key), shown(value) + " is no text");
  return value.get<std::string>();
}

double ObjectReader::number(const std::string& key) const {
  const Json& value = at(key);
  if (!value.is_number()) fail(place(key), shown(value) + " is no number");
  return value.get<double>();
}

std::int64_t ObjectReader::integer(const std::string& key, std::int64_t low, std::int64_t high) const {
  const double value = number(key);
  if (value != std::floor(value) || value < static_cast<double>(low) || value > static_cast<double>(high))
    fail(place(key), shown(at(key)) + " is no integer in [" + std::to_string(low) + ", " + std::to_string(high) + "]");
  return static_cast<std::int64_t>(value);
}

std::vector<double> ObjectReader::numbers(const std::string& key) const {
  const Json& value = at(key);
  const auto is_number = [](const Json& item) { return item.is_number(); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_number))
    fail(place(key), shown(value) + " is no list of numbers");
  return value.get<std::vector<double>>();
}

std::vector<std::string> ObjectReader::texts(const std::string& key) const {
  const Json& value = at(key);
  const auto is_text = [](const Json& item) { return item.is_string(); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_text))
    fail(place(key), shown(value) + " is no list of texts");
  return value.get<std::vector<std::string>>();
}

std::size_t ObjectReader::choice(const std::string& key, const std::vector<std::string>& allowed) const {
  const std::string value = text(key);
  const auto found = std::find(allowed.begin(), allowed.end(), value);
  if (found == allowed.end()) fail(place(key), unknown_name("value", value, allowed));
  return static_cast<std::size_t>(found - allowed.begin());
}

void ObjectReader::only(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : value_.items())
    if (key != "$schema" && std::find(known.begin(), known.end(), key) == known.end())
      fail(place_, unknown_name("key", key, known));
}

}  // namespace robustcheck
