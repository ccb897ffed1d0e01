#include <CLI/CLI.hpp>
#include <memory>

#include "commands.h"
#include "robustcheck/app/options.h"

namespace robustcheck::cli {

void add_gate(CLI::App& main, Action& action) {
  auto options = std::make_shared<app::GateOptions>();
  CLI::App& command = *main.add_subcommand("gate", "does a report keep a policy: pass, fail or inconclusive");
  command.add_option("REPORT", options->report, "report.json, or the run directory that holds it")->required();
  command
      .add_option("--policy", options->policy,
                  "limits to keep: max_failure_rate, min_robust_accuracy, max_drop_against_baseline, "
                  "max_worst_class_drop, forbid, allow (robustcheck schema policy)")
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
      "Exit codes: 0 pass, 1 fail, 5 inconclusive or an unfinished report, 2 wrong policy, 3 not a report, or its\n"
      "model or images are no longer the ones at their path.\n"
      "Example: {\"max_failure_rate\": 0.5, \"limits\": [{\"magnitude_at_most\": 0.3, \"max_failure_rate\": 0.05}],\n"
      "          \"forbid\": [\"crash\", \"numeric\"]}");
  command.callback([&action, options] { action = [options] { return app::run_gate(*options); }; });
}

}  // namespace robustcheck::cli
