#include "commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <thread>

#include "robustcheck/app/options.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "settings.h"

namespace robustcheck::cli {
namespace {

using app::OutputOptions;
using app::SessionOptions;

constexpr double kNoLimit = 1e15;

struct Logging {
  bool verbose = false;
  std::string file;
};

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& target,
                      const std::string& help) {
  return command.add_option(name, target, help)->delimiter(',')->allow_extra_args(false)->type_name("LIST");
}

void add_workers(CLI::App& command, std::size_t& workers) {
  workers = cores();
  command.add_option("--workers", workers, "worker processes [1, 256]; results do not depend on it")
      ->check(CLI::Range(1, 256))
      ->type_name("N")
      ->capture_default_str();
}

void add_timeout(CLI::App& command, double& timeout_s) {
  command.add_option("--timeout", timeout_s, "deadline of one batch, seconds [0.1, 86400]")
      ->check(CLI::Range(0.1, 86400.0))
      ->type_name("S")
      ->capture_default_str();
}

/// Bounds on what the configurations of a run may keep alive.
void add_bounds(CLI::App& command, SessionOptions& options) {
  command
      .add_option("--max-pools", options.max_pools,
                  "worker pools with other environment variables kept at once [1, 64]; results do not depend on it")
      ->check(CLI::Range(1, 64))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--memory", options.memory_mib,
                  "MiB for the converted networks that one worker keeps [1, 1048576]; results do not depend on it")
      ->check(CLI::Range(1, 1048576))
      ->type_name("MIB")
      ->capture_default_str();
}

void add_limit(CLI::App& command, std::size_t& limit) {
  command.add_option("--limit", limit, "use N images, spread evenly over the classes (0: all)")
      ->type_name("N")
      ->capture_default_str();
}

void add_session(CLI::App& command, SessionOptions& options) {
  command.add_option("--preprocess", options.preprocess, "preprocessing file (default: MODEL.json beside the model)")
      ->type_name("FILE");
  add_workers(command, options.workers);
  add_bounds(command, options);
  add_timeout(command, options.timeout_s);
  add_limit(command, options.limit);
  command
      .add_option("--variant", options.variants,
                  "another checkpoint, a value of the knob model_variant (may be given several times)")
      ->allow_extra_args(false)
      ->type_name("NAME=FILE");
  command
      .add_option("--calibration-images", options.calibration_images,
                  "images of the search half that an int8 network is calibrated on [1, 10000]")
      ->check(CLI::Range(1, 10000))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--max-bad-images", options.max_bad_images, "unreadable images that are tolerated")
      ->type_name("N")
      ->capture_default_str();
}

void add_output(CLI::App& command, OutputOptions& options) {
  auto names = std::make_shared<std::string>("auto");
  command
      .add_option("--progress", *names,
                  "auto, bar, plain, none, json (a JSON object a line): auto is a bar on a terminal, lines otherwise")
      ->check(CLI::IsMember(app::kProgressNames))
      ->type_name("MODE")
      ->capture_default_str()
      ->each([&options, names](const std::string& value) {
        const auto found = std::find(app::kProgressNames.begin(), app::kProgressNames.end(), value);
        options.progress = static_cast<app::ProgressMode>(found - app::kProgressNames.begin());
      });
  command.add_flag("-q,--quiet", options.quiet, "no progress");
}

void add_model_and_images(CLI::App& command, SessionOptions& options) {
  command.add_option("MODEL", options.model, "TorchScript file")->required();
  command
      .add_option("IMAGES", options.images,
                  "class directories (ImageFolder), a flat directory without labels, or a CSV path,label")
      ->required();
}

void add_space(CLI::App& command, space::SpaceRequest& request) {
  add_list(command, "--profile", request.profiles, "named spaces, joined (robustcheck list profiles)")
      ->capture_default_str();
  add_list(command, "--transforms", request.transforms,
           "only these transforms; -NAME drops one; none: search the configuration only");
  add_list(command, "--knobs", request.knobs, "only these knobs; -NAME drops one; none: search the data only");
  command.add_option("--max-transforms", request.max_transforms, "longest chain of transforms [1, 10]")
      ->check(CLI::Range(1, 10))
      ->type_name("N")
      ->capture_default_str();
  add_list(command, "--validity", request.validity,
           "when a perturbed picture still counts as the same: off, or any of ssim=S (least structural similarity, "
           "default: the profile's), l0=S (or fewer pixels than this share changed, 0.02), linf=S (or no value by this "
           "share, 0.2), strong=S (at most one geometric step above this share of its range, 0.5); shares in [0, 1]");
}

void add_budget(CLI::App& command, app::SearchOptions& options) {
  command
      .add_option("--budget", options.budget,
                  "evaluations (one image through the model) that the search may spend [1, 1e15]")
      ->check(CLI::Range(1.0, kNoLimit))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--after-budget", options.after_budget,
                  "evaluations to minimise and confirm (0: twice the budget, at least 6000)")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--max-seconds", options.max_seconds,
                  "stop the search after S seconds; the run is then partial, exit 5 (0: no limit)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("S")
      ->capture_default_str();
  command
      .add_option("--patience", options.patience,
                  "stop the search after N rounds of trials without a new or better kind of failure (0: no limit)")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--stop-after", options.stop_after,
                  "stop the search when N kinds of failure are above --failure-limit with 95 % confidence (0: no "
                  "limit)")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--scope", options.scope,
                  "model: variances that break many images; image: the worst variance of each image (worst-case "
                  "accuracy)")
      ->type_name("model|image")
      ->capture_default_str();
  command.add_option("--strategy", options.strategy, "how to search in scope model (robustcheck list strategies)")
      ->type_name("NAME")
      ->capture_default_str();
  add_list(command, "--without", options.without,
           "leave these parts of the strategy genetic out, to measure what each brings: " + app::parts_of_genetic());
  command.add_option("--seed", options.seed, "of everything random in the search")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--split-seed", options.session.split_seed,
                  "moves images between the search half and the confirmation half")
      ->type_name("N")
      ->capture_default_str();
}

CLI::Validator any_none_or_policy() {
  return CLI::Validator(
      [](const std::string& value) {
        const bool fine = value == "any" || value == "none" || value.ends_with(".json");
        return fine ? std::string() : "'" + value + "' is not any, none or a file POLICY.json";
      },
      "");
}

void add_judgement(CLI::App& command, app::SearchOptions& options) {
  command
      .add_option("--oracle", options.oracle,
                  "what guides the search: label (default with labels), consistency, divergence")
      ->type_name("NAME");
  command.add_option("--failure-limit", options.failure_limit, "failure rate that is tolerated [0, 1]")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("RATE")
      ->capture_default_str();
  command
      .add_option("--min-accuracy", options.min_accuracy,
                  "reference accuracy below which the run stops, exit 4 [0, 1] (default: twice chance, at most "
                  "half-way from chance to 1)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("RATE");
  command.add_option("--max-counterexamples", options.max_counterexamples, "minimised and confirmed at most [1, 1000]")
      ->check(CLI::Range(1, 1000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--confirm-images", options.confirm_images,
                  "unseen images that confirm a counterexample at most [1, 1e9]")
      ->check(CLI::Range(1, 1000000000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--fail-on", options.fail_on,
                  "exit 1 on any confirmed counterexample, on none, or as a policy says (robustcheck gate --help)")
      ->check(any_none_or_policy())
      ->type_name("any|none|POLICY.json")
      ->capture_default_str();
}

void add_search(CLI::App& main, Action& action, std::vector<std::string> argv) {
  auto options = std::make_shared<app::SearchOptions>();
  options->command = std::move(argv);
  CLI::App& command = *main.add_subcommand("search", "find, minimise, confirm, explain and rank counterexamples");
  add_model_and_images(command, options->session);
  command.add_option("--out", options->out, "run directory (default: robustcheck-<model stem>)")->type_name("DIR");
  command.add_flag("--force", options->force, "replace the run that --out holds (removes only what a run wrote)");
  command.add_option("--corpus", options->corpus, "committed cases, run before the search: one that fails is exit 1")
      ->type_name("DIR");
  command.add_flag("--update-corpus", options->update_corpus,
                   "add a case of every minimal counterexample of a new kind to --corpus");
  command.add_flag("--dry-run", options->dry_run,
                   "say what would be searched and how long it would take; write nothing");
  add_space(command, options->space);
  add_budget(command, *options);
  add_judgement(command, *options);
  add_session(command, options->session);
  add_output(command, options->output);
  command.footer(
      "Exit codes: 0 nothing found, 1 counterexamples confirmed, 2 usage, 3 model or data cannot be used,\n"
      "4 baseline invalid, 5 partial, 70 internal error, 130 interrupted after saving.\n"
      "Example: robustcheck search model.pt images/ --profile mild,deployment --budget 50000");
  command.callback([&action, &command, options] {
    options->strategy_chosen = command.count("--strategy") > 0;
    action = [options] { return app::run_search(*options); };
  });
}

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
      "{} is the reference; \"images\": [0, 5] runs only these. All images are used, no halves.");
  command.callback([&action, options] { action = [options] { return app::run_evaluate(*options); }; });
}

void add_replay(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::ReplayOptions>();
  CLI::App& command =
      *main.add_subcommand("replay", "run stored cases again: exit 1 = some still fail, 0 = none fails");
  command.add_option("CASE", options->cases, "case files (cases/*.json of a run)")->required();
  command.add_option("--model", options->model, "another model instead of the one that the case names")
      ->type_name("FILE");
  command.add_option("--images", options->images, "folder where an image that moved is looked for")->type_name("DIR");
  add_timeout(command, options->timeout_s);
  command.footer("One line per case: same (bit-equal scores), fails (still violated, other bits) or fixed.");
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
                  "exit 4 below this reference accuracy [0, 1] (default: twice chance)")
      ->check(CLI::Range(0.0, 1.0))
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
      ->check(CLI::Range(1, 10000))
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
  command.add_flag("--force", options->force, "write into a directory that is not empty, or replace the PNG");
  add_workers(command, options->workers);
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
  main.add_option("--log-file", logging.file, "log to a file")->type_name("FILE");
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
  main.add_option("--config", config, "JSON with options by name, '_' for '-' (robustcheck schema config)")
      ->type_name("FILE");
  name_environment(main);
  std::map<std::string, std::string> places;
  try {
    std::vector<std::string> reversed = with_config(main, joined(arguments), places);  // CLI11 takes them last first
    std::reverse(reversed.begin(), reversed.end());
    main.parse(std::move(reversed));
  } catch (const CLI::Success& wanted) {
    return main.exit(wanted);
  } catch (const CLI::ParseError& error) {
    const std::string message = explain(error, main, arguments);
    for (const auto& [option, place] : places)
      if (message.starts_with(option + ":")) throw Error(ErrorKind::usage, place + message.substr(option.size()));
    throw Error(ErrorKind::usage, message);
  }
  app::start_logging(logging.verbose, logging.file);
  return action();
}

}  // namespace robustcheck::cli
