#include "completion.h"

#include <algorithm>
#include <ostream>

#include "man.h"
#include "robustcheck/app/choices.h"
#include "robustcheck/base/text.h"

namespace robustcheck::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& main) { return main.get_subcommands({}); }

std::vector<std::string> long_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// Those of the command, then those that every command takes.
std::vector<std::string> options_of(const CLI::App& main, const CLI::App& command) {
  std::vector<std::string> names = long_options(command);
  for (const std::string& name : long_options(main))
    if (name != "--version" && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::string command_names(const CLI::App& main, const char* separator) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(main)) names.push_back(command->get_name());
  return join(names, separator);
}

/// In single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// Argument of a command ("WHAT"); "" where it takes none of a few.
std::string chosen_argument(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options())
    if (option->get_positional() && !app::choices(command.get_name(), option->get_name()).empty())
      return option->get_name();
  return "";
}

/// What may follow "search --strategy": a case of bash each.
void write_bash_values(const CLI::App& main, const CLI::App& command, std::ostream& out) {
  for (const std::string& option : options_of(main, command))
    if (const auto values = app::choices(command.get_name(), option.substr(2)); !values.empty())
      out << "    " << quoted(command.get_name() + " " + option) << ") values=" << quoted(join(values, " ")) << " ;;\n";
}

void write_bash_names(const CLI::App& main, const CLI::App& command, std::ostream& out) {
  out << "      " << command.get_name()
      << ") [[ $word == -* ]] && values=" << quoted(join(options_of(main, command), " "));
  if (const std::string argument = chosen_argument(command); !argument.empty())
    out << " || values=" << quoted(join(app::choices(command.get_name(), argument), " "));
  out << " ;;\n";
}

/// The command is the first word that names one: options may stand before it. After "=" the option is a word further
/// back. A list goes on after its last comma.
void write_bash(const CLI::App& main, std::ostream& out) {
  out << "# robustcheck completion bash > /etc/bash_completion.d/robustcheck\n"
         "_robustcheck() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= values= i head\n"
         "  [[ $word == = ]] && word=\n"
         "  [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
         "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
         "    case ${COMP_WORDS[i]} in\n"
         "      --config|--log-file) ((++i)) ;;\n"
         "      "
      << command_names(main, "|")
      << ") command=${COMP_WORDS[i]}; break ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$command $before\" in\n";
  for (const CLI::App* command : commands_of(main)) write_bash_values(main, *command, out);
  out << "    ' --config'|' --log-file') ;;\n"
         "    *)\n"
         "    case $command in\n"
         "      '') values="
      << quoted(command_names(main, " ") + " " + join(long_options(main), " ")) << " ;;\n";
  for (const CLI::App* command : commands_of(main)) write_bash_names(main, *command, out);
  out << "    esac ;;\n"
         "  esac\n"
         "  head=; [[ $word == *,* ]] && head=${word%,*},\n"
         "  COMPREPLY=($(compgen -P \"$head\" -W \"$values\" -- \"${word##*,}\"))\n"
         "}\n"
         "complete -o default -F _robustcheck robustcheck\n";
}

void write_zsh(const CLI::App& main, std::ostream& out) {
  out << "#compdef robustcheck\n"
         "# robustcheck completion zsh > a folder of $fpath, as _robustcheck\n"
         "_robustcheck() {\n"
         "  if (( CURRENT == 2 )); then\n"
         "    local -a commands=(\n";
  for (const CLI::App* command : commands_of(main))
    out << "      " << quoted(command->get_name() + ":" + command->get_description()) << "\n";
  out << "    )\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  local -a options\n"
         "  case ${words[2]} in\n";
  for (const CLI::App* command : commands_of(main))
    out << "    " << command->get_name() << ") options=(" << join(options_of(main, *command), " ") << ") ;;\n";
  out << "  esac\n"
         "  if [[ ${words[CURRENT]} == -* ]]; then compadd -- $options; else _files; fi\n"
         "}\n"
         "if [ \"${funcstack[1]}\" = _robustcheck ]; then _robustcheck \"$@\"; else compdef _robustcheck robustcheck; "
         "fi\n";
}

std::string values_of(const std::string& command, const std::string& option) {
  const std::vector<std::string> values = app::choices(command, option.substr(2));
  return values.empty() ? "" : " -x -a " + quoted(join(values, " "));
}

void write_fish(const CLI::App& main, std::ostream& out) {
  out << "# robustcheck completion fish > ~/.config/fish/completions/robustcheck.fish\n";
  for (const CLI::App* command : commands_of(main)) {
    out << "complete -c robustcheck -n __fish_use_subcommand -f -a " << command->get_name() << " -d "
        << quoted(command->get_description()) << '\n';
    for (const std::string& option : options_of(main, *command))
      out << "complete -c robustcheck -n " << quoted("__fish_seen_subcommand_from " + command->get_name()) << " -l "
          << option.substr(2) << values_of(command->get_name(), option) << '\n';
  }
}

}  // namespace

void write_completion(const CLI::App& main, const std::string& shell, std::ostream& out) {
  if (shell == "bash")
    write_bash(main, out);
  else if (shell == "zsh")
    write_zsh(main, out);
  else if (shell == "fish")
    write_fish(main, out);
  else
    write_man(main, out);
}

}  // namespace robustcheck::cli
