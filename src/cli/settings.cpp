#include "settings.h"

#include <algorithm>
#include <cstdlib>

#include "robustcheck/app/config_file.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::cli {
namespace {

const std::vector<std::string> kNoSettings = {"help", "version", "config"};

bool is_setting(const std::string& name) {
  return std::find(kNoSettings.begin(), kNoSettings.end(), name) == kNoSettings.end();
}

std::string environment_name(const std::string& option) {
  std::string name = "ROBUSTCHECK_" + option;
  std::replace(name.begin(), name.end(), '-', '_');
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::string key_of(std::string option) {
  std::replace(option.begin(), option.end(), '-', '_');
  return option;
}

/// The file after --config, "" if there is none.
std::string config_path(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].starts_with("--config=")) return arguments[i].substr(9);
    if (arguments[i] == "--config" && i + 1 < arguments.size()) return arguments[i + 1];
  }
  const char* named = std::getenv("ROBUSTCHECK_CONFIG");
  return named == nullptr ? "" : named;
}

bool given(const CLI::Option& option, const std::vector<std::string>& arguments) {
  const char* in_environment = std::getenv(option.get_envname().c_str());
  if (!option.get_envname().empty() && in_environment != nullptr && *in_environment != '\0') return true;
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    const std::string name = argument.substr(0, argument.find('='));
    const auto is_long = [&](const std::string& own) { return name == "--" + own; };
    const auto is_short = [&](const std::string& own) { return argument == "-" + own; };
    return std::any_of(option.get_lnames().begin(), option.get_lnames().end(), is_long) ||
           std::any_of(option.get_snames().begin(), option.get_snames().end(), is_short);
  });
}

using Options = std::map<std::string, const CLI::Option*>;  // by key

Options options_of(const CLI::App& main, const CLI::App& command) {
  Options options;
  for (const CLI::App* app : {&main, &command})
    for (const CLI::Option* option : app->get_options())
      for (const std::string& name : option->get_lnames())
        if (is_setting(name)) options[key_of(name)] = option;
  return options;
}

/// "--variant=a=x.pt --variant=b=y.pt", "--profile=mild,deployment", "--quiet".
void append(const app::ConfigValue& value, const CLI::Option& option, std::vector<std::string>& arguments) {
  const std::string name = "--" + option.get_lnames().front();
  const bool is_flag = option.get_items_expected_max() == 0;
  if (is_flag != value.flag)
    throw Error(ErrorKind::usage,
                value.place + (is_flag ? ": must be true or false" : ": takes a value, not true or false"));
  if (is_flag) {
    if (value.values.front() == "true") arguments.push_back(name);
  } else if (option.get_delimiter() != '\0') {
    arguments.push_back(name + "=" + join(value.values, std::string(1, option.get_delimiter())));
  } else if (option.get_items_expected_max() > 1) {
    for (const std::string& one : value.values) arguments.push_back(name + "=" + one);
  } else {
    if (value.values.size() != 1) throw Error(ErrorKind::usage, value.place + ": takes one value, not a list");
    arguments.push_back(name + "=" + value.values.front());
  }
}

const CLI::App* command_of(const CLI::App& main, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments)
    for (const CLI::App* command : main.get_subcommands({}))
      if (command->get_name() == argument) return command;
  return nullptr;
}

}  // namespace

void name_environment(CLI::App& main) {
  std::vector<CLI::App*> apps = main.get_subcommands({});
  apps.push_back(&main);
  for (CLI::App* app : apps)
    for (CLI::Option* option : app->get_options())
      if (!option->get_lnames().empty() && is_setting(option->get_lnames().front()))
        option->envname(environment_name(option->get_lnames().front()));
}

std::vector<std::string> with_config(const CLI::App& main, std::vector<std::string> arguments,
                                     std::map<std::string, std::string>& places) {
  const std::string path = config_path(arguments);
  const CLI::App* command = command_of(main, arguments);
  if (path.empty() || command == nullptr) return arguments;
  const Options options = options_of(main, *command);
  std::vector<std::string> keys;
  for (const auto& [key, option] : options) keys.push_back(key);
  const std::vector<std::string> typed = arguments;
  for (const app::ConfigValue& value : app::read_config(path)) {
    const auto found = options.find(value.key);
    if (found == options.end())
      throw Error(ErrorKind::usage,
                  path + ": " + unknown_name("key", value.key, keys, "robustcheck " + command->get_name() + " --help"));
    if (given(*found->second, typed)) continue;
    places["--" + found->second->get_lnames().front()] = value.place;
    append(value, *found->second, arguments);
  }
  return arguments;
}

}  // namespace robustcheck::cli
