#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands.h"
#include "completion.h"
#include "robustcheck/app/choices.h"
#include "robustcheck/app/options.h"

namespace robustcheck::cli {

void add_gate(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::GateOptions>();
  CLI::App& command = *main.add_subcommand("gate", "does a report keep a policy: pass, fail or inconclusive");
  command.add_option("REPORT", options->report, "report.json, or the run directory that holds it")->required();
  command
      .add_option("--policy", options->policy,
                  "limits to keep: max_failure_rate, min_robust_accuracy, max_drop_against_baseline, "
                  "max_worst_class_drop, forbid, allow (robustcheck schema policy); - for stdin")
      ->required()
      ->type_name("FILE");
  command.add_option("--baseline", options->baseline, "report of an earlier release, to compare with")
      ->type_name("OLD_REPORT");
  command.add_flag("--allow-different", options->allow_different,
                   "compare with a baseline of other images or another search space too");
  command.add_flag("--json", options->json, "the answer as JSON");
  command.footer(
      "A rule passes when the 95 % interval of what was measured lies wholly inside its limit, fails when wholly\n"
      "outside, and is inconclusive when it crosses the limit (the message says how many more images would decide).\n"
      "What was not tested is no pass: a case of the corpus that gave no output, a value of a knob that was not run.\n"
      "Exit codes: 0 pass, 1 fail, 5 inconclusive or an unfinished report, 2 wrong policy, 3 not a report, or its\n"
      "model or images are no longer the ones at their path.\n"
      "Example: {\"max_failure_rate\": 0.5, \"limits\": [{\"magnitude_at_most\": 0.3, \"max_failure_rate\": 0.05}],\n"
      "          \"forbid\": [\"crash\", \"numeric\"]}");
  command.callback([&action, options] { action = [options] { return app::run_gate(*options); }; });
}

void add_init(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::InitOptions>();
  CLI::App& command =
      *main.add_subcommand("init", "probe the model; write its preprocessing file and a starter config");
  command.add_option("MODEL", options->session.model, "TorchScript file")->required();
  command.add_option("IMAGES", options->session.images, "class directories, a flat directory, or a CSV path,label")
      ->required();
  command.add_flag("--force", options->force, "replace files that are there");
  command.footer(
      "Tries input sizes, channels, the usual scalings and resize rules, and keeps what scores best on up to\n"
      "200 of the images. Writes MODEL.json and MODEL.search.jsonc beside the model; prints the next command.");
  command.callback([&action, options] { action = [options] { return app::run_init(*options); }; });
}

void add_status(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::StatusOptions>();
  CLI::App& command = *main.add_subcommand("status", "where a run under way stands");
  command.add_option("RUN", options->run, "run directory (search --out)")->required();
  command.add_flag("--json", options->json, "the answer as JSON");
  command.callback([&action, options] { action = [options] { return app::run_status(*options); }; });
}

void add_schema(CLI::App& main, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App& command = *main.add_subcommand("schema", "the JSON Schema of what robustcheck reads and writes");
  command.add_option("NAME", *name, "report, case, config, policy, preprocessing, variance")->required();
  command.footer(
      "An editor checks and completes a file that says {\"$schema\": \"policy.schema.json\", ...}:\n"
      "robustcheck schema policy > policy.schema.json");
  command.callback([&action, name] { action = [name] { return app::run_schema(*name); }; });
}

void add_completion(CLI::App& main, Action& action) {
  auto shell = std::make_shared<std::string>();
  CLI::App& command = *main.add_subcommand("completion", "shell completion: bash, zsh or fish; man: the manual page");
  command.add_option("SHELL", *shell, "bash, zsh, fish, man")
      ->required()
      ->check(CLI::IsMember(app::choices("completion", "SHELL")));
  command.footer(
      "source <(robustcheck completion bash)\n"
      "robustcheck completion man > ~/.local/share/man/man1/robustcheck.1");
  command.callback([&main, &action, shell] {
    action = [&main, shell] {
      write_completion(main, *shell, std::cout);
      return 0;
    };
  });
}

}  // namespace robustcheck::cli
