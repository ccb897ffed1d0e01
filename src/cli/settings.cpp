#include "settings.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include "robustcheck/app/config_file.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"

extern char** environ;

namespace robustcheck::cli {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kNoSettings = {"help", "version", "config"};

bool is_setting(const std::string& name) {
  return std::find(kNoSettings.begin(), kNoSettings.end(), name) == kNoSettings.end();
}

/// Options that mean something else in every command. A variable for all of them would make `report` write a file where
/// search has its run directory, and `replay` run another model.
const std::vector<std::string> kOfTheirCommand = {"force", "images", "json", "model", "out", "profile", "transforms"};

/// ROBUSTCHECK_MAX_SECONDS; ROBUSTCHECK_REPORT_OUT. The plain name of an option that differs is search's.
std::string environment_name(const std::string& command, const std::string& option) {
  const bool differs = std::ranges::find(kOfTheirCommand, option) != kOfTheirCommand.end();
  std::string name = "ROBUSTCHECK_" + (differs && command != "search" ? command + "_" : "") + option;
  std::replace(name.begin(), name.end(), '-', '_');
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

/// Of the build and the tests, which run the program with them.
const std::vector<std::string> kOfTheBuild = {
    "ROBUSTCHECK_TORCH", "ROBUSTCHECK_TORCH_INDEX", "ROBUSTCHECK_SANITIZE",    "ROBUSTCHECK_SOURCE",
    "ROBUSTCHECK_TESTS", "ROBUSTCHECK_BENCH",       "ROBUSTCHECK_FAKE_WORKER", "ROBUSTCHECK_UPDATE_GOLDEN"};

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

/// Types of options whose values are paths.
const std::vector<std::string> kPaths = {"FILE", "DIR", "OLD_REPORT", "NAME=FILE", "any|none|POLICY.json"};

/// "a/x.pt", and in "net=a/x.pt" the part after the "="; "any", "none" and "-" name no file.
std::string with_path_from(const fs::path& folder, const std::string& value, const std::string& type) {
  const bool no_file = value == "-" || (type == kPaths.back() && (value == "any" || value == "none"));
  if (no_file || std::ranges::find(kPaths, type) == kPaths.end()) return value;
  const std::size_t start = type == "NAME=FILE" ? value.find('=') + 1 : 0;
  return value.substr(0, start) + (folder / value.substr(start)).string();
}

/// Of a file; what comes through stdin or a pipe has no folder.
fs::path folder_of(const fs::path& config) {
  std::error_code error;
  return fs::is_regular_file(config, error) ? config.parent_path() : fs::path();
}

/// Paths in a config are relative to the file that holds it.
app::ConfigValue relative_to(const fs::path& folder, app::ConfigValue value, const CLI::Option& option) {
  for (std::string& one : value.values) one = with_path_from(folder, one, option.get_type_name());
  return value;
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
        option->envname(environment_name(app->get_name(), option->get_lnames().front()));
}

void warn_of_unknown_variables(const CLI::App& main, std::ostream& out) {
  std::vector<std::string> known = {"ROBUSTCHECK_CONFIG", "ROBUSTCHECK_WORKER"};
  known.insert(known.end(), kOfTheBuild.begin(), kOfTheBuild.end());
  std::vector<const CLI::App*> apps = main.get_subcommands({});
  for (apps.push_back(&main); const CLI::App* app : apps)
    for (const CLI::Option* option : app->get_options()) known.push_back(option->get_envname());
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string variable(*entry, std::strcspn(*entry, "="));
    if (variable.starts_with("ROBUSTCHECK_") && std::ranges::find(known, variable) == known.end())
      out << "robustcheck: warning: " << one_line_text(unknown_name("variable", variable, known)) << '\n';
  }
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
    append(relative_to(folder_of(path), value, *found->second), *found->second, arguments);
  }
  return arguments;
}

}  // namespace robustcheck::cli
