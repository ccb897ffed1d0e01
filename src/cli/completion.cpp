#include "completion.h"

#include <algorithm>
#include <ostream>

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

std::string command_names(const CLI::App& main) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(main)) names.push_back(command->get_name());
  return join(names, " ");
}

/// In single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

void write_bash(const CLI::App& main, std::ostream& out) {
  out << "# robustcheck completion bash > /etc/bash_completion.d/robustcheck\n"
         "_robustcheck() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} names=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    names="
      << quoted(command_names(main) + " --help --version")
      << "\n"
         "  else\n"
         "    case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* command : commands_of(main))
    out << "      " << command->get_name() << ") names=" << quoted(join(options_of(main, *command), " ")) << " ;;\n";
  out << "    esac\n"
         "    [[ $word == -* ]] || names=\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$names\" -- \"$word\"))\n"
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

void write_fish(const CLI::App& main, std::ostream& out) {
  out << "# robustcheck completion fish > ~/.config/fish/completions/robustcheck.fish\n";
  for (const CLI::App* command : commands_of(main)) {
    out << "complete -c robustcheck -n __fish_use_subcommand -f -a " << command->get_name() << " -d "
        << quoted(command->get_description()) << '\n';
    for (const std::string& option : options_of(main, *command))
      out << "complete -c robustcheck -n " << quoted("__fish_seen_subcommand_from " + command->get_name()) << " -l "
          << option.substr(2) << '\n';
  }
}

}  // namespace

void write_completion(const CLI::App& main, const std::string& shell, std::ostream& out) {
  if (shell == "bash")
    write_bash(main, out);
  else if (shell == "zsh")
    write_zsh(main, out);
  else
    write_fish(main, out);
}

}  // namespace robustcheck::cli
