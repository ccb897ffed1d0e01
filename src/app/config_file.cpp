#include "robustcheck/app/config_file.h"

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/json.h"

namespace robustcheck::app {
namespace {

std::string text_of(const Json& value, const std::string& place) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return value.dump();
  throw Error(ErrorKind::usage, place + ": " + value.dump() + " is no text, number, true, false or list of these");
}

}  // namespace

std::vector<ConfigValue> read_config(const std::filesystem::path& path) {
  const Json json = read_json(path, Comments::skipped);  // starter configs explain themselves
  const ObjectReader reader(json, input_name(path));
  std::vector<ConfigValue> config;
  for (const auto& [key, value] : json.items()) {
    if (key == "$schema") continue;
    ConfigValue one{key, reader.place(key), {}, value.is_boolean()};
    if (one.flag)
      one.values = {value.get<bool>() ? "true" : "false"};
    else if (value.is_array())
      for (const Json& item : value) one.values.push_back(text_of(item, one.place));
    else
      one.values = {text_of(value, one.place)};
    config.push_back(std::move(one));
  }
  return config;
}

}  // namespace robustcheck::app
