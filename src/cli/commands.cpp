#include "commands.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>

#include "arguments.h"
#include "numbers.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/terminal.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "settings.h"

namespace robustcheck::cli {
namespace {

struct Logging {
  bool verbose = false;
  std::string file;
};

void add_evaluate(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::EvaluateOptions>();
  CLI::App& command =
      *main.add_subcommand("evaluate", "variances as JSON lines on stdin, one outcome line each on stdout");
  add_model_and_images(command, options->session);
  command
      .add_option("--oracle", options->oracle, "label (default with labels), consistency, divergence, numeric, crash")
      ->type_name("NAME");
  command.add_flag("--scores", options->scores, "add \"scores\" to each line: the network's output, a row per image");
  add_session(command, options->session);
  command.footer(
      "A line: {\"data\": [{\"transform\": \"rotate\", \"degrees\": 12.5}], \"config\": {\"precision\": \"bf16\"}}\n"
      "{} is the reference; \"images\": [0, 5] runs only these. All images are used, no halves.\n"
      "Exit codes: 0 when at least one line was a valid variance and every valid one gave an output for all its\n"
      "images, else 5; 130 after a signal.");
  command.callback([&action, options] { action = [options] { return app::run_evaluate(*options); }; });
}

void add_replay(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::ReplayOptions>();
  CLI::App& command =
      *main.add_subcommand("replay",
                           "run stored cases again: exit 1 = some still fail, 5 = some could not be run, "
                           "0 = all ran and none fails");
  command.add_option("CASE", options->cases, "case files (cases/*.json of a run)")->required();
  command.add_option("--model", options->model, "another model instead of the one that the case names")
      ->type_name("FILE");
  command
      .add_option("--images", options->images,
                  "folder, with all below it, where an image that moved is looked for by its content")
      ->type_name("DIR");
  add_timeout(command, options->timeout_s);
  command.footer(
      "One line per case: same (bit-equal scores), fails (still violated, other bits), fixed, or not_run (no output\n"
      "here or at the reference, with the reason; for the oracle crash no output is a failure). A case that cannot be\n"
      "read holds up no other: it is not_run, and the exit code 2 or 3 where no other fails.");
  command.callback([&action, options] { action = [options] { return app::run_replay(*options); }; });
}

void add_sweep(CLI::App& main, Action& action, const std::vector<std::string>& arguments) {
  auto options = std::make_shared<app::SweepOptions>();
  CLI::App& command = *main.add_subcommand("sweep", "every point of a standard grid: accuracy and flips (no search)");
  add_model_and_images(command, options->session);
  command
      .add_option("--profile", options->profile,
                  "imagenet-c: 19 corruptions x 5 severities; deployment, numerical, quantization, "
                  "preprocessing, structural, mistakes: every value of these knobs alone, bit-equal ones together; "
                  "sysnoise: what each source of deployment noise costs, and all of them together")
      ->required()
      ->type_name("NAME");
  command
      .add_option("--out", options->out, "directory for sweep.json and sweep.png (default: robustcheck-sweep-<model>)")
      ->type_name("DIR");
  command.add_flag("--force", options->force, "replace a sweep in --out");
  command
      .add_option("--min-accuracy", options->min_accuracy,
                  "exit 4 below this reference accuracy [0, 1] (default: where its 95 % interval does not begin above "
                  "1 / classes)")
      ->transform(real(0.0, 1.0))
      ->type_name("SHARE");
  add_session(command, options->session);
  add_output(command, options->output);
  command.callback([&action, options, &arguments] {
    options->command = arguments;
    action = [options] { return app::run_sweep(*options); };
  });
}

void add_perturb(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::PerturbOptions>();
  CLI::App& command = *main.add_subcommand("perturb", "write the perturbed images as PNG (no model)");
  command.add_option("IMAGES", options->images, "class directories, a flat directory, a CSV path,label, or one image")
      ->required();
  command
      .add_option("--variance", options->variance,
                  "file with a variance, a list [...] of them, or one a line (.jsonl); their config is ignored")
      ->type_name("FILE");
  command
      .add_option("--copies", options->copies,
                  "pictures per image and variance [1, 10000]; their seeds count up from the variance's")
      ->transform(whole(1, 10000))
      ->type_name("N")
      ->capture_default_str();
  command.add_flag("--grid", options->grid,
                   "instead: one PNG with every transform of --profile at four strengths on the first image");
  options->space.profiles = {"moderate"};
  add_list(command, "--profile", options->space.profiles, "for --grid: named spaces, joined")->capture_default_str();
  add_list(command, "--transforms", options->space.transforms, "for --grid: only these transforms; -NAME drops one");
  command.add_option("--out", options->out, "directory to write into, with metadata.jsonl; with --grid FILE.png")
      ->required()
      ->type_name("DIR");
  command.add_flag("--force", options->force,
                   "write into a directory that is not empty, replacing what perturb wrote there, or replace the PNG");
  add_workers(command, options->workers);
  add_timeout(command, options->timeout_s);
  add_limit(command, options->limit);
  add_output(command, options->output);
  command.callback([&action, options] { action = [options] { return app::run_perturb(*options); }; });
}

void add_report(CLI::App& main, Action& action, const std::string& program) {
  auto options = std::make_shared<app::ReportOptions>();
  options->program = program;
  CLI::App& command = *main.add_subcommand("report", "a finished run as a page, for a pull request or for a pipeline");
  command.add_option("REPORT", options->report, "run directory, or its report.json")->required();
  command
      .add_option("--format", options->format,
                  "html, junit, markdown, csv, sarif, github (annotations, and GITHUB_STEP_SUMMARY), prometheus")
      ->type_name("FORMAT")
      ->capture_default_str();
  command.add_option("--out", options->out, "file to write (default: stdout)")->type_name("FILE");
  command.footer(
      "search has written report.html and junit.xml already. It exits 0 whatever the run found; 3 when REPORT is "
      "none.\n"
      "Example: robustcheck report robustcheck-model --format markdown --out comment.md");
  command.callback([&action, options] { action = [options] { return app::run_report(*options); }; });
}

void add_list_command(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::ListOptions>();
  CLI::App& command = *main.add_subcommand("list", "list transforms, knobs, oracles, profiles or strategies");
  command.add_option("WHAT", options->what, "transforms, knobs, oracles, profiles, strategies")->required();
  command.add_flag("--json", options->json, "an array of objects");
  command.callback([&action, options] { action = [options] { return app::run_list(*options); }; });
}

void add_doctor(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::DoctorOptions>();
  CLI::App& command =
      *main.add_subcommand("doctor", "versions, CPU, which knobs work here and how much each moves the output");
  command.add_option("MODEL", options->session.model, "TorchScript file; without it only the machine is described");
  command.add_option("--images", options->session.images, "images to look at (default: 64 random pictures)")
      ->type_name("DIR");
  add_session(command, options->session);
  command.callback([&action, options] { action = [options] { return app::run_doctor(*options); }; });
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool known(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The first word of the command line that is no option, when it names no command.
std::string unknown_command(const CLI::App& main, const std::vector<std::string>& argv) {
  std::vector<std::string> commands;
  for (const CLI::App* command : main.get_subcommands({})) commands.push_back(command->get_name());
  if (argv.size() < 2 || argv[1].starts_with('-') || known(commands, argv[1])) return "";
  return unknown_name("command", argv[1], commands, "robustcheck --help");
}

/// CLI11 says only how many values it wanted.
std::string given_twice(const CLI::App& main, const CLI::App& command, const std::vector<std::string>& argv) {
  std::vector<const CLI::Option*> options = main.get_options({});
  const std::vector<const CLI::Option*> own = command.get_options({});
  options.insert(options.end(), own.begin(), own.end());
  for (const CLI::Option* option : options) {
    if (option->get_lnames().empty() || option->get_items_expected_max() != 1 || option->get_delimiter() != '\0')
      continue;
    const std::string name = "--" + option->get_lnames().front();
    std::vector<std::string> values;
    for (std::size_t i = 1; i < argv.size(); ++i)
      if (argv[i].starts_with(name + "="))
        values.push_back(argv[i].substr(name.size() + 1));
      else if (argv[i] == name && i + 1 < argv.size())
        values.push_back(argv[++i]);
    if (values.size() > 1)
      return name + ": given " + std::to_string(values.size()) + " times (" + join(values, ", ") + "); give it once";
  }
  return "";
}

/// CLI11 says only that an argument was not expected; a name that is nearly right gets its correction.
std::string explain(const CLI::ParseError& error, const CLI::App& main, const std::vector<std::string>& argv) {
  if (const std::string message = unknown_command(main, argv); !message.empty()) return message;
  const auto chosen = main.get_subcommands();
  const CLI::App& command = chosen.empty() ? main : *chosen.front();
  const std::string where = chosen.empty() ? "robustcheck" : "robustcheck " + command.get_name();
  const std::vector<std::string> names = option_names(command), common = option_names(main);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    for (const std::string& argument : argv) {
      const std::string name = argument.substr(0, argument.find('='));
      if (name.starts_with("--") && !known(names, name) && !known(common, name))
        return unknown_name("option", name, names, where + " --help");
    }
  if (const std::string message = given_twice(main, command, argv); !message.empty())
    return message + " (" + where + " --help)";
  std::string message = error.what();
  std::replace(message.begin(), message.end(), '\n', ' ');
  return message + " (" + where + " --help)";
}

/// "--knobs -threads" would read -threads as an option: joined to "--knobs=-threads". Without the program's name.
std::vector<std::string> joined(const std::vector<std::string>& argv) {
  std::vector<std::string> result;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const bool takes_drops = argv[i] == "--transforms" || argv[i] == "--knobs";
    if (takes_drops && i + 1 < argv.size() && argv[i + 1].starts_with('-') && !argv[i + 1].starts_with("--")) {
      result.push_back(argv[i] + "=" + argv[i + 1]);
      ++i;
    } else {
      result.push_back(argv[i]);
    }
  }
  return result;
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App main("Finds out, before users do, where an image model fails: searches data and configuration together.",
                "robustcheck");
  const std::vector<std::string> arguments(argv, argv + argc);
  Action action;
  Logging logging;
  main.set_version_flag("--version", app::version_line());
  main.require_subcommand(1);
  main.fallthrough();
  main.add_flag("-v,--verbose", logging.verbose, "log to stderr");
  main.add_option("--log-file", logging.file, "log to a file; what is in it stays, the log follows")->type_name("FILE");
  add_search(main, action, arguments);
  add_sweep(main, action, arguments);
  add_evaluate(main, action);
  add_replay(main, action);
  add_perturb(main, action);
  add_report(main, action, arguments.front());
  add_gate(main, action);
  add_init(main, action);
  add_status(main, action);
  add_schema(main, action);
  add_completion(main, action);
  add_list_command(main, action);
  add_doctor(main, action);
  main.footer("Start with: robustcheck search MODEL.pt IMAGES/   (robustcheck COMMAND --help tells the options)");
  std::string config;
  main.add_option("--config", config,
                  "JSON with options by name, '_' for '-' (robustcheck schema config), - for stdin; paths in it are "
                  "relative to it")
      ->type_name("FILE");
  name_environment(main);
  std::map<std::string, std::string> places;
  try {
    std::vector<std::string> reversed = with_config(main, joined(arguments), places);  // CLI11 takes them last first
    std::reverse(reversed.begin(), reversed.end());
    main.parse(std::move(reversed));
  } catch (const CLI::Success& wanted) {
    std::ostringstream text;
    const int code = main.exit(wanted, text, text);
    std::cout << app::wrapped(text.str(), app::terminal_columns(STDOUT_FILENO));
    return code;
  } catch (const CLI::ParseError& error) {
    const std::string message = explain(error, main, arguments);
    for (const auto& [option, place] : places)
      if (message.starts_with(option + ":")) throw Error(ErrorKind::usage, place + message.substr(option.size()));
    throw Error(ErrorKind::usage, message);
  }
  warn_of_unknown_variables(main, std::cerr);
  app::start_logging(logging.verbose, logging.file);
  return action();
}

}  // namespace robustcheck::cli
