#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>
#include <sstream>

#include "robustcheck/app/baseline.h"
#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/corpus.h"
#include "robustcheck/app/dry_run.h"
#include "robustcheck/app/examples.h"
#include "robustcheck/app/explain_phase.h"
#include "robustcheck/app/gate.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/judge.h"
#include "robustcheck/app/minimize_phase.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/output_names.h"
#include "robustcheck/app/probe.h"
#include "robustcheck/app/report_files.h"
#include "robustcheck/app/run_directory.h"
#include "robustcheck/app/search_phase.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

using search::SearchImage;

constexpr std::size_t kProbeImages = 64;
constexpr std::uint64_t kExplainPart = 4;  // of the evaluations after the search; confirming may need it
constexpr std::size_t kSampleImages = 4;   // that judge the validity of a candidate

struct Halves {
  std::vector<SearchImage> search, confirmation;
};

Halves split(const Session& session, const Bench& bench, std::uint64_t split_seed) {
  Halves halves;
  for (ImageIndex i = 0; i < session.dataset.size(); ++i) {
    if (!bench.eligible(bench.guide(), i)) continue;
    auto& half = in_confirmation_half(session.dataset[i], split_seed) ? halves.confirmation : halves.search;
    half.push_back({i, session.dataset[i].label, bench.reference()[i].margin()});
  }
  if (halves.search.empty() || halves.confirmation.empty())
    throw Error(ErrorKind::input, session.dataset.path.string() + ": no eligible image in the " +
                                      (halves.search.empty() ? "search" : "confirmation") + " half (of " +
                                      std::to_string(session.dataset.size()) + " images); give more images");
  return halves;
}

/// One search from the opened session to the report.
class SearchRun {
 public:
  SearchRun(const SearchOptions& options, Session& session, RunDirectory& directory, Progress& progress)
      : options_(options), session_(session), directory_(directory), progress_(progress) {}

  report::Report run() {
    start();
    try {
      search_and_confirm();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) throw;
      ending_ = Ending::interrupted;
    }
    finish();
    return std::move(report_);
  }

  Ending ending() const { return ending_; }

 private:
  void start() {
    report_.catalogue = session_.catalogue;
    report_.space = space::make_space(options_.space, report_.catalogue);
    progress_.phase("baseline", 2 * session_.dataset.size());
    baseline_ = measure_baseline(session_, options_.session, options_.min_accuracy);
    bench_.emplace(*session_.evaluator, session_.dataset, baseline_.reference,
                   guiding_oracle(options_.oracle, session_.dataset));
    halves_ = split(session_, *bench_, options_.session.split_seed);
    mark("baseline");
    probe();
    mark("probe");
    gate_.emplace(report_.space.validity, search::telling_images(halves_.search, kSampleImages),
                  [this](std::span<const space::Trial> trials) { return eval::measure(*session_.pool, trials); });
    directory_.prepare();
  }

  void probe() {
    const std::vector<ImageIndex> images = search::telling_images(halves_.search, kProbeImages);
    std::size_t values = 1;
    for (const space::KnobGene& gene : report_.space.knobs) values += gene.values.size();
    progress_.phase("probe", values * images.size());
    probe_evaluations_ = values * images.size();
    const std::vector<ProbedValue> probed = cached_probe(session_, report_.space.knobs, images);
    report_.unavailable_knobs = drop_unavailable(report_.space, probed, options_.space.knobs);
    knob_effects_ = knob_effects(report_.space, probed);
    if (report_.space.empty())
      throw Error(ErrorKind::usage, "nothing to search: no transform, and no knob value that has an effect here");
  }

  void search_and_confirm() {
    const search::Problem problem{report_.space,
                                  halves_.search,
                                  options_.seed,
                                  options_.budget,
                                  options_.failure_limit,
                                  knob_effects_,
                                  search::checked_parts(options_.without)};
    searched_ = search_phase(options_, problem, session_.dataset, *bench_, *gate_, directory_.journal(), progress_);
    ending_ = searched_.ending;
    mark("search");
    if (ending_ == Ending::interrupted) return;
    const MinimizeRequest request{report_.space,
                                  report_.catalogue,
                                  halves_.search,
                                  options_.evaluations_after() / 3,
                                  options_.max_counterexamples,
                                  options_.failure_limit,
                                  knob_effects_};
    minimized_ = minimize_phase(searched_.candidates, request, *bench_, progress_);
    mark("minimise");
    confirm();
    mark("confirm");
    explain();
    progress_.phase("cases", 0);
    write_examples(confirmed_, session_, *bench_, directory_, case_evaluations_);
    mark("cases");
  }

  void confirm() {
    const ConfirmRequest request{
        report_.catalogue,       halves_.confirmation,   options_.evaluations_after() - minimized_.evaluations,
        options_.confirm_images, options_.failure_limit, options_.evaluations_after() / kExplainPart};
    confirmed_ = confirm_phase(minimized_.finalists, request, session_, *bench_, *gate_, progress_);
  }

  /// On what confirming left of the allowance.
  void explain() {
    const ExplainRequest request{report_.space,
                                 report_.catalogue,
                                 minimized_.finalists,
                                 searched_.candidates,
                                 options_.evaluations_after() - minimized_.evaluations - confirmed_.evaluations,
                                 options_.failure_limit,
                                 options_.session.split_seed};
    explain_phase(
        confirmed_, request, session_.dataset, *bench_, *gate_, progress_,
        [this](const std::string& part) { mark(part); }, explained_);
  }

  void finish() {
    report_.status = ending_ == Ending::complete ? "complete" : "partial";
    report_.seed = options_.seed;
    report_.command = options_.command;
    report_.tool_version = version_line().substr(version_line().find(' ') + 1);
    report_.model_path = path_text(session_.model);
    report_.model_sha256 = session_.model_sha256;
    report_.variants = session_.variants;
    report_.dataset_path = path_text(session_.dataset.path);
    report_.dataset_sha256 = session_.dataset.sha256;
    report_.dataset_images = session_.dataset.size() - baseline_.bad_images.size();
    report_.labelled = session_.dataset.labelled;
    report_.skipped = session_.dataset.skipped;
    if (!baseline_.bad_images.empty())
      report_.skipped.push_back({"unreadable", baseline_.bad_images.size(), baseline_.bad_images.front()});
    report_.preprocess = image::to_json(session_.preprocessing);
    report_.settings = settings();
    report_.environment = environment_;
    report_.baseline = baseline_.summary;
    report_.baseline.eligible = halves_.search.size() + halves_.confirmation.size();
    report_.robust_accuracy = robust_accuracy(confirmed_, session_.dataset, *bench_, options_.session.split_seed);
    report_.robust_accuracy_image =
        robust_accuracy(searched_.per_image, session_.dataset, *bench_, options_.session.split_seed);
    if (options_.scope == "image")
      write_file(directory_.per_image(), per_image_lines(searched_.per_image, session_.dataset));
    report_.tolerance = explained_.tolerance;
    report_.interaction_map = explained_.interaction_map;
    report_.coverage = explained_.coverage;
    report_.counts = counts();
    for (Confirmed& one : confirmed_.confirmed) report_.counterexamples.push_back(std::move(one.found));
    report_.timing = timing();
    say_what_was_not_made();
  }

  void say_what_was_not_made() {
    progress_.finish();
    if (bench_->pictures_not_made() > 0)
      std::cerr << "robustcheck: " << bench_->pictures_not_made()
                << " pictures could not be made and count as no failure; the first: " << bench_->first_not_made()
                << '\n';
  }

  Json settings() const {
    return {{"profiles", options_.space.profiles},     {"scope", options_.scope},
            {"strategy", strategy_of(options_).name},  {"oracle", bench_->guide().name},
            {"failure_limit", options_.failure_limit}, {"split_seed", options_.session.split_seed},
            {"limit", options_.session.limit},         {"calibration_images", session_.calibration.size()},
            {"search_images", halves_.search.size()},  {"confirmation_images", halves_.confirmation.size()}};
  }

  /// What an interrupt left: every candidate that no test has seen.
  std::uint64_t not_tested() const {
    if (ending_ != Ending::interrupted) return confirmed_.not_tested;
    return searched_.candidates.size() - confirmed_.confirmed.size() - confirmed_.unconfirmed;
  }

  report::Counts counts() const {
    return {{{"evaluations", searched_.evaluations},
             {"limit", options_.budget},
             {"baseline", baseline_.evaluations},
             {"probe", probe_evaluations_},
             {"divergence", bench_->extra_evaluations()},
             {"minimise", minimized_.evaluations},
             {"confirm", confirmed_.evaluations},
             {"attribute", explained_.attribute},
             {"tolerance", explained_.tolerances},
             {"interaction_map", explained_.map},
             {"cases", case_evaluations_},
             {"pictures_measured", gate_ ? gate_->pictures() : 0},
             {"pictures_not_made", bench_->pictures_not_made()},
             {"repaired", gate_ ? gate_->repaired() : 0},
             {"after_limit", options_.evaluations_after()}},
            {{"unconfirmed", confirmed_.unconfirmed},
             {"not_minimised", minimized_.not_minimised},
             {"invalid", gate_ ? gate_->rejected() : 0},
             {"explained", minimized_.explained},
             {"merged", minimized_.merged},
             {"not_reproduced", minimized_.not_reproduced},
             {"not_tested", not_tested()}}};
  }

  Json timing() const {
    Json json = {{"total_s", watch_.seconds()}, {"phases_s", phases_}, {"strategy_s", searched_.strategy_seconds}};
    const eval::Timings& work = session_.evaluator->timings();
    json["workers_s"] = {
        {"start", session_.pool->start_seconds()}, {"decode", work.decode_s},   {"perturb", work.perturb_s},
        {"preprocess", work.preprocess_s},         {"forward", work.forward_s}, {"switch", work.switch_s}};
    const double search_s = phases_.value("search", 0.0);
    json["evaluations_per_second"] =
        search_s > 0 ? Json(static_cast<double>(searched_.evaluations) / search_s) : Json();
    return json;
  }

  void mark(const std::string& phase) {
    phases_[phase] = phase_watch_.seconds();
    spdlog::debug("{}: {:.3f} s", phase, phase_watch_.seconds());
    phase_watch_ = Stopwatch();
    if (environment_.is_null()) environment_ = environment(*session_.pool, options_.session.workers);
  }

  const SearchOptions& options_;
  Session& session_;
  RunDirectory& directory_;
  Progress& progress_;
  report::Report report_;
  BaselineResult baseline_;
  std::optional<Bench> bench_;
  std::optional<ValidityGate> gate_;
  Halves halves_;
  std::vector<search::KnobEffect> knob_effects_;
  SearchOutcome searched_;
  MinimizeOutcome minimized_;
  ConfirmOutcome confirmed_;
  Explanation explained_;
  std::uint64_t probe_evaluations_ = 0;
  std::uint64_t case_evaluations_ = 0;
  Json phases_ = Json::object();
  Json environment_;
  Stopwatch watch_, phase_watch_;
  Ending ending_ = Ending::complete;
};

bool colour_wanted() { return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr; }

/// None for "any" and "none".
std::optional<analysis::Policy> policy_of(const std::string& fail_on) {
  if (fail_on == "any" || fail_on == "none") return std::nullopt;
  return read_policy(fail_on);
}

int exit_code(const report::Report& report, Ending ending, const std::string& fail_on,
              const std::optional<analysis::Policy>& policy) {
  if (ending == Ending::interrupted) return kExitInterrupted;
  if (report.status != "complete") return kExitIncomplete;
  if (policy) {
    const Verdict verdict = judge_report(report::to_json(report), *policy, {"report.json", {}, false, false});
    write_verdict(verdict, colour_wanted(), std::cout << '\n');
    return verdict.exit_code();
  }
  const bool found = !report.counterexamples.empty() || (!report.corpus.is_null() && report.corpus["failing"] > 0);
  return fail_on == "any" && found ? kExitFound : kExitOk;
}

}  // namespace

std::uint64_t SearchOptions::evaluations_after() const {
  constexpr std::uint64_t kLeast = 6000;
  return after_budget > 0 ? after_budget : std::max(kLeast, 2 * budget);
}

std::string parts_of_genetic() { return join(search::parts_of_genetic(), ", "); }

int run_search(const SearchOptions& options) {
  catch_interrupts();
  const fs::path out =
      options.out.empty() ? fs::path("robustcheck-" + options.session.model.stem().string()) : options.out;
  const std::optional<analysis::Policy> policy = policy_of(options.fail_on);
  if (options.update_corpus && options.corpus.empty())
    throw Error(ErrorKind::usage, "--update-corpus: add to which? give --corpus DIR");
  RunDirectory directory(out, options.force || options.dry_run);
  space::make_space(options.space, catalogue_with(parse_variants(options.session.variants)));
  strategy_of(options);
  if (!options.oracle.empty()) oracle::find_oracle(options.oracle);
  Progress progress(options.output);
  progress.phase("load", 0);
  Session session = open_session(options.session);
  for (const fs::path& folder : {out, directory.cases()}) check_holds_no_input(session.dataset, folder);
  if (options.dry_run) return dry_run(options, session);
  std::vector<CorpusRow> corpus;
  if (!options.corpus.empty() && (fs::exists(options.corpus) || !options.update_corpus)) {
    progress.phase("corpus", 0);
    corpus = replay_corpus(options.corpus, session, options.session);
  }
  SearchRun run(options, session, directory, progress);
  report::Report report = run.run();
  if (!options.corpus.empty()) report.corpus = to_json(corpus);
  progress.finish();
  std::ostringstream json;
  report::write_json(report, json);
  write_file(directory.report(), json.str());
  write_report_files(out, options.command.front());
  report::write_terminal(report, out.string(), {colour_wanted(), options.command.front()}, std::cout);
  if (!options.corpus.empty()) std::cout << summary(corpus, options.corpus);
  if (options.update_corpus && run.ending() == Ending::complete)
    std::cout << "corpus: " << update_corpus(options.corpus, corpus, report, directory.root()) << " new cases in "
              << options.corpus.string() << '\n';
  return exit_code(report, run.ending(), options.fail_on, policy);
}

}  // namespace robustcheck::app
