#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "arguments.h"
#include "commands.h"
#include "numbers.h"
#include "robustcheck/app/options.h"
#include "robustcheck/base/number.h"

namespace robustcheck::cli {
namespace {

constexpr std::uint64_t kNoLimit = 1'000'000'000'000'000;

CLI::Validator whole_or_auto(std::uint64_t high) {
  return CLI::Validator([high](std::string& text) { return text == "auto" ? std::string() : whole(0, high)(text); },
                        "");
}

void add_budget(CLI::App& command, app::SearchOptions& options) {
  command
      .add_option("--budget", options.budget,
                  "evaluations (one image through the model) that the search may spend [0, 1e15]; 0 with --candidates")
      ->transform(whole(0, kNoLimit))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option_function<std::string>(
          "--after-budget",
          [&options](const std::string& value) {
            options.after_budget = value == "auto" ? std::nullopt : robustcheck::whole_number(value);
          },
          "evaluations to minimise, confirm and explain [0, 1e15]; auto: twice the budget, at least 6000, and with a "
          "policy or --candidates enough to test every candidate; 0: nothing is tested, exit 5 where something was "
          "found")
      ->transform(whole_or_auto(kNoLimit))
      ->type_name("N|auto")
      ->default_str("auto");
  command
      .add_option(
          "--max-seconds", options.max_seconds,
          "end the whole run after S seconds [0, 1e9]; it is then partial, exit 5. The probe has 30 % of them, the "
          "search goes on to 60 %, minimising to 70 %, testing to 90 %, explaining to 95 % (0: no limit)")
      ->transform(real(0.0, 1e9))
      ->type_name("S")
      ->capture_default_str();
  command
      .add_option("--patience", options.patience,
                  "stop the search after N rounds of trials without a new or better kind of failure (0: no limit)")
      ->transform(whole(0, kNoLimit))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--stop-after", options.stop_after,
                  "stop the search when N kinds of failure are above --failure-limit with 95 % confidence (0: no "
                  "limit)")
      ->transform(whole(0, kNoLimit))
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
      ->transform(whole(0))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--split-seed", options.session.split_seed,
                  "moves images between the search half and the confirmation half")
      ->transform(whole(0))
      ->type_name("N")
      ->capture_default_str();
}

CLI::Validator any_none_or_policy() {
  return CLI::Validator(
      [](const std::string& value) {
        const bool is_file = value.ends_with(".json") || value.find('/') != std::string::npos || value == "-";
        return value == "any" || value == "none" || is_file ? std::string()
                                                            : "'" + value + "' is not any, none or a file POLICY.json";
      },
      "");
}

void add_judgement(CLI::App& command, app::SearchOptions& options) {
  command
      .add_option("--oracle", options.oracle,
                  "what guides the search: label (default with labels), consistency, divergence")
      ->type_name("NAME");
  command.add_option("--failure-limit", options.failure_limit, "failure rate that is tolerated [0, 1]")
      ->transform(real(0.0, 1.0))
      ->type_name("RATE")
      ->capture_default_str();
  command
      .add_option("--min-accuracy", options.min_accuracy,
                  "reference accuracy below which the run stops, exit 4 [0, 1] (default: where its 95 % interval "
                  "does not begin above 1 / classes)")
      ->transform(real(0.0, 1.0))
      ->type_name("RATE");
  command
      .add_option("--max-counterexamples", options.max_counterexamples,
                  "minimised, and shown in full, at most [1, 1000]; what else is confirmed stands in kinds")
      ->transform(whole(1, 1000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--confirm-images", options.confirm_images,
                  "unseen images that confirm a counterexample at most [1, 1e9]")
      ->transform(whole(1, 1000000000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--fail-on", options.fail_on,
                  "exit 1 on any confirmed counterexample, on none, or as a policy says (robustcheck gate --help); "
                  "junit.xml and the annotations say the same")
      ->check(any_none_or_policy())
      ->type_name("any|none|POLICY.json")
      ->capture_default_str();
}

}  // namespace

void add_search(CLI::App& main, Action& action, std::vector<std::string> argv) {
  auto options = std::make_shared<app::SearchOptions>();
  options->command = std::move(argv);
  CLI::App& command = *main.add_subcommand("search", "find, minimise, confirm, explain and rank counterexamples");
  add_model_and_images(command, options->session);
  command.add_option("--out", options->out, "run directory (default: robustcheck-<model stem>)")->type_name("DIR");
  command.add_flag("--force", options->force, "replace the run that --out holds (removes only what a run wrote)");
  command
      .add_option("--corpus", options->corpus,
                  "committed cases, run before the search: one that fails is exit 1, one that gives no output exit 5")
      ->type_name("DIR");
  command.add_flag("--update-corpus", options->update_corpus,
                   "add a case of every minimal counterexample of a new kind to --corpus");
  command
      .add_option("--candidates", options->candidates,
                  "test these variances instead of searching (--budget 0): JSON lines, or a report or its directory "
                  "(counterexamples and kinds)")
      ->type_name("FILE");
  command.add_flag("--minimize", options->minimize, "minimise what --candidates holds too");
  command
      .add_option("--baseline", options->baseline,
                  "report of an earlier release on the same images: its variances are run on this model, and what is "
                  "found here on the old model where its file is there (beside --after-budget)")
      ->type_name("OLD_REPORT");
  command.add_flag("--dry-run", options->dry_run,
                   "say what would be searched and how long it would take; write nothing");
  add_space(command, options->space);
  add_budget(command, *options);
  add_judgement(command, *options);
  add_session(command, options->session);
  add_output(command, options->output);
  command.footer(
      "Exit codes: 0 all tested, nothing found, 1 counterexamples confirmed, 2 usage, 3 model or data cannot be used,\n"
      "4 baseline invalid, 5 partial, or nothing confirmed and something untested, 70 internal error, 130 interrupted\n"
      "after saving.\n"
      "Example: robustcheck search model.pt images/ --profile mild,deployment --budget 50000");
  command.callback([&action, &command, options] {
    options->strategy_chosen = command.count("--strategy") > 0;
    if (!options->candidates.empty() && command.count("--budget") == 0) options->budget = 0;
    action = [options] { return app::run_search(*options); };
  });
}

}  // namespace robustcheck::cli
