#include <algorithm>
#include <iostream>
#include <sstream>

#include "robustcheck/app/corpus.h"
#include "robustcheck/app/dry_run.h"
#include "robustcheck/app/gate.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/judge.h"
#include "robustcheck/app/nothing_tested.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/output_names.h"
#include "robustcheck/app/report_files.h"
#include "robustcheck/app/run_directory.h"
#include "robustcheck/app/search_phase.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/terminal.h"
#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "search_run.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// None for "any" and "none".
std::optional<analysis::Policy> policy_of(const std::string& fail_on) {
  if (fail_on == "any" || fail_on == "none") return std::nullopt;
  return read_policy(fail_on);
}

/// Under a policy nothing that could break a rule is explained away, and nothing by what is allowed.
Strictness strictness_of(const std::optional<analysis::Policy>& policy, const space::Catalogue& catalogue) {
  if (!policy) return {};
  Strictness strictness;
  strictness.could_break = [&](const Finalist& finalist) {
    const analysis::Suspect suspect{finalist.signature, finalist.oracle,   finalist.variance,
                                    finalist.magnitude, finalist.failures, finalist.images};
    return std::ranges::any_of(
        policy->limits, [&](const analysis::Limit& limit) { return analysis::could_break(limit, suspect, catalogue); });
  };
  strictness.allowed = [&policy, day = today()](const std::string& signature) {
    return analysis::allowed(*policy, signature, day);
  };
  return strictness;
}

/// None without a policy and for a run that was cut short; --fail-on none counts no counterexample.
std::optional<Verdict> verdict_of(const report::Report& report, const std::string& fail_on,
                                  const std::optional<analysis::Policy>& policy) {
  if (report.status != "complete" || fail_on == "any") return std::nullopt;
  if (!policy) return Verdict{};
  const fs::path baseline = report.compared_with ? fs::path(report.compared_with->path) : fs::path();
  return judge_report(report::to_json(report), *policy, {"report.json", baseline, false, false});
}

int exit_code(const report::Report& report, Ending ending, const std::string& fail_on,
              const std::optional<Verdict>& verdict) {
  if (ending == Ending::interrupted) return kExitInterrupted;
  if (report.status != "complete") return kExitIncomplete;
  if (verdict && fail_on != "none") return verdict->exit_code();
  const bool found = !report.counterexamples.empty() || (!report.corpus.is_null() && report.corpus["failing"] > 0);
  if (found && fail_on == "any") return kExitFound;
  return nothing_tested(report).empty() ? kExitOk : kExitIncomplete;
}

RunInputs read_inputs(const SearchOptions& options, const space::Catalogue& catalogue) {
  RunInputs inputs;
  if (!options.baseline.empty()) inputs.old_report = read_old_report(options.baseline, catalogue_with({}));
  if (options.candidates.empty() && options.budget == 0)
    throw Error(ErrorKind::usage, "--budget 0: searches nothing; it goes with --candidates FILE only");
  if (options.candidates.empty() && options.minimize)
    throw Error(ErrorKind::usage, "--minimize: goes with --candidates FILE; a search minimises what it finds");
  if (options.candidates.empty()) return inputs;
  const std::string place = "--candidates " + options.candidates.string();
  if (options.budget != 0)
    throw Error(ErrorKind::usage, place + ": tests what the file holds and searches nothing; give --budget 0, not " +
                                      std::to_string(options.budget));
  const bool searches = options.scope != "model" || options.strategy_chosen || options.patience > 0 ||
                        options.stop_after > 0 || !options.without.empty() || !options.space.transforms.empty() ||
                        !options.space.knobs.empty() || options.dry_run;
  if (searches)
    throw Error(ErrorKind::usage, place +
                                      ": searches nothing; --transforms, --knobs, --scope, --strategy, --without, " +
                                      "--patience, --stop-after and --dry-run do not go with it");
  inputs.candidates = read_candidates(options.candidates, catalogue);
  return inputs;
}

/// A report's candidates were found by its own oracle.
void check_guide(const RunInputs& inputs, const SearchOptions& options, const Dataset& dataset) {
  if (!inputs.candidates || inputs.candidates->guide.empty()) return;
  const std::string guide = guiding_oracle(options.oracle, dataset).name;
  if (inputs.candidates->guide != guide)
    throw Error(ErrorKind::usage, "--candidates " + options.candidates.string() + ": was searched with --oracle " +
                                      inputs.candidates->guide + ", this run with " + guide);
}

}  // namespace

std::uint64_t SearchOptions::evaluations_after() const {
  constexpr std::uint64_t kLeast = 6000;
  return after_budget.value_or(std::max(kLeast, 2 * budget));
}

std::string parts_of_genetic() { return join(search::parts_of_genetic(), ", "); }

int run_search(const SearchOptions& options) {
  catch_interrupts();
  const Deadline deadline(options.max_seconds);
  const fs::path out =
      options.out.empty() ? fs::path("robustcheck-" + options.session.model.stem().string()) : options.out;
  const std::optional<analysis::Policy> policy = policy_of(options.fail_on);
  if (options.update_corpus && options.corpus.empty())
    throw Error(ErrorKind::usage, "--update-corpus: add to which? give --corpus DIR");
  RunDirectory directory(out);
  if (!options.dry_run) directory.open(options.force);
  if (!options.corpus.empty()) {
    check_corpus(options.corpus, options.update_corpus);
    directory.check_keeps(options.corpus, "--corpus");
  }
  const space::Catalogue catalogue = catalogue_with(parse_variants(options.session.variants));
  space::make_space(options.space, catalogue);
  strategy_of(options);
  const RunInputs inputs = read_inputs(options, catalogue);
  if (!options.oracle.empty()) oracle::find_oracle(options.oracle);
  if (!options.dry_run) directory.clear_verdict();
  Progress progress(options.output);
  progress.phase("load", 0);
  Session session = open_session(options.session);
  check_guide(inputs, options, session.dataset);
  for (const fs::path& folder : {out, directory.cases()}) check_holds_no_input(session.dataset, folder);
  if (options.dry_run) return dry_run(options, session);
  std::vector<CorpusRow> corpus;
  if (!options.corpus.empty()) {
    progress.phase("corpus", 0);
    corpus = replay_corpus(options.corpus, session, options.session);
  }
  const Strictness strictness = strictness_of(policy, session.catalogue);
  Saver save;
  SearchRun run(options, inputs, strictness, deadline, session, directory, progress, save);
  report::Report report = run.run();
  if (!options.corpus.empty()) report.corpus = to_json(corpus);
  if (report.compared_with) report.compared_with->differences = differences(*inputs.old_report, report);
  progress.finish();
  std::ostringstream json;
  report::write_json(report, json);
  save_report(json.str(), directory, save);
  report::write_terminal(report, out.string(), {colour_wanted(), options.command.front()}, std::cout);
  if (!options.corpus.empty()) std::cout << summary(corpus, options.corpus);
  if (options.update_corpus && run.ending() == Ending::complete)
    save.result([&] {
      std::cout << "corpus: " << update_corpus(options.corpus, corpus, report, directory.root()) << " new cases in "
                << one_line_text(options.corpus.native()) << '\n';
    });
  const std::optional<Verdict> verdict = verdict_of(report, options.fail_on, policy);
  if (verdict)
    save.result([&] {
      directory.add(directory.verdict());
      write_file(directory.verdict(), json_text(to_json(*verdict), 2) + "\n");
    });
  if (policy && verdict) write_verdict(*verdict, colour_wanted(), std::cout << '\n');
  const int code = exit_code(report, run.ending(), options.fail_on, verdict);
  if (const std::string reason = nothing_tested(report);
      !reason.empty() && code == kExitIncomplete && report.status == "complete")
    std::cout << "inconclusive: " << reason << '\n';
  std::cout.flush();
  run.write_pictures();
  write_report_files(report::to_json(report), verdict ? to_json(*verdict) : Json(), directory, options.command.front(),
                     save);
  run.rethrow();
  return save.exit_code(code);
}

}  // namespace robustcheck::app
