#include "man.h"

#include <ostream>

#include "robustcheck/app/options.h"
#include "robustcheck/base/text.h"

namespace robustcheck::cli {
namespace {

/// Text of roff: no request at the start of a line, hyphens that can be copied.
std::string roff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n')) result += "\\&";
    if (c == '-' || c == '\\')
      result += c == '-' ? "\\-" : "\\e";
    else
      result += c;
  }
  return result;
}

/// "-v, --verbose", "MODEL".
std::string names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names.empty() ? option.get_name() : join(names, ", ");
}

void write_option(const CLI::Option& option, std::ostream& out) {
  out << ".TP\n.B " << roff(names_of(option)) << '\n';
  const bool has_value = option.get_items_expected_max() > 0 && !option.get_positional();
  if (has_value && !option.get_type_name().empty()) out << ".I " << roff(option.get_type_name()) << "\n.br\n";
  std::string text = option.get_description();
  if (!option.get_default_str().empty()) text += " (default: " + option.get_default_str() + ")";
  out << roff(text) << '\n';
}

void write_options(const CLI::App& app, std::ostream& out) {
  for (const CLI::Option* option : app.get_options()) write_option(*option, out);
}

void write_command(const CLI::App& command, std::ostream& out) {
  out << ".SS " << roff(command.get_name()) << '\n' << roff(command.get_description()) << ".\n";
  write_options(command, out);
  if (!command.get_footer().empty()) out << ".PP\n.nf\n" << roff(command.get_footer()) << "\n.fi\n";
}

}  // namespace

void write_man(const CLI::App& main, std::ostream& out) {
  out << ".TH ROBUSTCHECK 1 \"\" \"" << app::version_line() << "\"\n"
      << ".SH NAME\nrobustcheck \\- " << roff(main.get_description()) << '\n'
      << ".SH SYNOPSIS\n.B robustcheck\n.I COMMAND\n[options]\n"
      << ".SH OPTIONS OF EVERY COMMAND\n";
  write_options(main, out);
  out << ".SH COMMANDS\n";
  for (const CLI::App* command : main.get_subcommands({})) write_command(*command, out);
  out << ".SH ENVIRONMENT\n"
      << roff(
             "Every option has a variable: --max-seconds is ROBUSTCHECK_MAX_SECONDS. The command line wins, then the "
             "environment, then --config. Options that differ between the commands (--out, --force, --model, "
             "--images, --profile, --transforms, --json) are search's, or ROBUSTCHECK_REPORT_OUT and so on.\n")
      << ".SH EXIT STATUS\n"
      << roff(
             "0 complete, nothing above the gate; 1 counterexamples above the gate, or a case that still fails; 2 "
             "usage "
             "or config error; 3 model or data cannot be used, or a result cannot be written; 4 baseline invalid; 5 "
             "incomplete or inconclusive; 70 internal error; 130 interrupted after saving.\n");
}

}  // namespace robustcheck::cli
