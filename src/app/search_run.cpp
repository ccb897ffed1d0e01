#include "search_run.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "robustcheck/app/attribute_phase.h"
#include "robustcheck/app/examples.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/probe.h"
#include "robustcheck/app/propose_phase.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

constexpr std::size_t kProbeImages = 64;
constexpr std::uint64_t kExplainPart = 5;   // of the evaluations after the search; confirming may need it
constexpr std::uint64_t kMinimisePart = 3;  // likewise
constexpr std::size_t kSampleImages = 4;    // that judge the validity of a candidate

}  // namespace

report::Report SearchRun::run() {
  try {
    start();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted || interrupted()) throw;
    throw Error(ErrorKind::incomplete, "--max-seconds " + shortest(deadline_.seconds()) +
                                           ": over before the search began (the reference on " +
                                           std::to_string(session_.dataset.size()) +
                                           " images comes first); give more time, or fewer images with --limit");
  }
  search_and_confirm();
  finish();
  return std::move(report_);
}

std::function<bool()> SearchRun::ends_by(double share) const {
  return [this, share] { return interrupted() || deadline_.passed(share); };
}

void SearchRun::until(double share) { session_.pool->set_interrupt(ends_by(share)); }

void SearchRun::note_stop(bool stopped) {
  if (stopped) ending_ = interrupted() ? Ending::interrupted : Ending::out_of_time;
}

/// What was found is reported first.
void SearchRun::end_by(std::exception_ptr error) {
  if (!error) return;
  error_ = std::move(error);
  ending_ = Ending::out_of_time;
}

void SearchRun::start() {
  report_.catalogue = session_.catalogue;
  report_.space = space::make_space(options_.space, report_.catalogue);
  if (inputs_.candidates) report_.space = space_of(*inputs_.candidates, report_.catalogue, report_.space.validity);
  until(share::kBaseline);
  progress_.phase("baseline", 2 * session_.dataset.size());
  baseline_ = measure_baseline(session_, options_.session, options_.min_accuracy);
  bench_.emplace(*session_.evaluator, session_.dataset, baseline_.reference,
                 guiding_oracle(options_.oracle, session_.dataset));
  if (inputs_.old_report) check_comparable(*inputs_.old_report, session_, bench_->guide());
  split();
  mark("baseline");
  probe();
  mark("probe");
  gate_.emplace(report_.space.validity, search::telling_images(halves_.search, kSampleImages),
                [this](std::span<const space::Trial> trials) { return eval::measure(*session_.pool, trials); });
  directory_.prepare();
}

void SearchRun::split() {
  for (ImageIndex i = 0; i < session_.dataset.size(); ++i) {
    if (!bench_->eligible(bench_->guide(), i)) continue;
    const bool unseen = in_confirmation_half(session_.dataset[i], options_.session.split_seed);
    (unseen ? halves_.confirmation : halves_.search)
        .push_back({i, session_.dataset[i].label, bench_->reference()[i].margin()});
  }
  if (halves_.search.empty() || halves_.confirmation.empty())
    throw Error(ErrorKind::input, session_.dataset.path.string() + ": no eligible image in the " +
                                      (halves_.search.empty() ? "search" : "confirmation") + " half (of " +
                                      std::to_string(session_.dataset.size()) + " images); give more images");
}

void SearchRun::probe() {
  const std::vector<ImageIndex> images = search::telling_images(halves_.search, kProbeImages);
  std::size_t values = 1;
  for (const space::KnobGene& gene : report_.space.knobs) values += gene.values.size();
  progress_.phase("probe", values * images.size());
  until(share::kProbe);
  const Probe probe = cached_probe(session_, report_.space.knobs, images);
  const std::vector<ProbedValue>& probed = probe.values;
  probe_evaluations_ = probe.evaluations;
  probe_from_cache_ = probe.from_cache;
  report_.unavailable_knobs = drop_unavailable(report_.space, probed, options_.space.knobs);
  knob_effects_ = knob_effects(report_.space, probed);
  note_stop(std::ranges::any_of(probed, [](const ProbedValue& row) { return row.state == kNotTried; }));
  if (inputs_.candidates) return;  // they are run as they are, whatever the probe says
  if (bench_->guide().needs_reference_configuration && report_.space.knobs.empty())
    throw Error(ErrorKind::usage, "--oracle " + bench_->guide().name +
                                      ": compares with the reference configuration, but there is no knob to search");
  if (report_.space.empty())
    throw Error(ErrorKind::usage, "nothing to search: no transform, and no knob value that has an effect here");
}

void SearchRun::search_and_confirm() {
  inputs_.candidates ? propose() : search();
  if (ending_ == Ending::interrupted) return;
  try {
    if (!error_ && !follow_up()) return;
  } catch (...) {
    end_by(std::current_exception());
  }
  if (ending_ != Ending::complete) {
    settle(confirmed_, options_.max_counterexamples, /*stopped=*/true);
    explained_.coverage = represent(confirmed_);
    drop_unconfirmed_rows();
  }
  write_cases();
}

/// False: a signal came before anything was tested.
bool SearchRun::follow_up() {
  if (!inputs_.candidates) screen();
  if (ending_ == Ending::interrupted) return false;
  if (!inputs_.candidates || options_.minimize) minimise();
  if (ending_ == Ending::interrupted) return false;
  confirm();
  if (!error_ && ending_ != Ending::interrupted) explain();
  if (!error_ && inputs_.old_report) compare();
  return true;
}

void SearchRun::search() {
  const search::Problem problem{report_.space,
                                halves_.search,
                                options_.seed,
                                options_.budget,
                                options_.failure_limit,
                                knob_effects_,
                                search::checked_parts(options_.without)};
  until(share::kSearch);
  directory_.add(directory_.journal());
  searched_ = search_phase(options_, problem, session_.dataset, *bench_, *gate_, directory_.journal(), progress_);
  note_stop(searched_.ending != Ending::complete);
  end_by(searched_.error);
  screened_ = sort_out(searched_.candidates, screen_request());
  mark("search");
}

void SearchRun::propose() {
  until(share::kMinimise);
  screened_ =
      propose_phase(inputs_.candidates->proposed, screen_request(), report_.catalogue, *bench_, *gate_, progress_);
  note_stop(screened_.stopped);
  mark("candidates");
}

void SearchRun::screen() {
  until(share::kMinimise);
  ScreenRequest request = screen_request();
  request.allowance -= std::min(request.allowance, tests_cost());
  screen_phase(screened_, request, *bench_, progress_);
  note_stop(screened_.stopped);
  mark("screen");
}

/// At most a third, and nothing of what testing takes.
void SearchRun::minimise() {
  const std::uint64_t free = after_budget() - std::min(after_budget(), after_spent() + tests_cost());
  const MinimizeRequest request{report_.space,
                                report_.catalogue,
                                halves_.search,
                                std::min(after_budget() / kMinimisePart, free),
                                options_.max_counterexamples,
                                options_.failure_limit,
                                knob_effects_};
  minimized_ = minimize_phase(screened_.above, request, *bench_, progress_);
  note_stop(minimized_.stopped);
  mark("minimise");
}

void SearchRun::confirm() {
  until(share::kConfirm);
  confirmed_ = confirm_phase(all_finalists(screened_.above, minimized_.minimised, minimized_.interactions),
                             confirm_request(), session_, *bench_, *gate_, progress_);
  note_stop(confirmed_.stopped);
  end_by(confirmed_.error);
  mark("confirm");
}

/// On what confirming left of the allowance. An interrupt keeps what was explained.
void SearchRun::explain() {
  const ExplainRequest request{report_.space,
                               report_.catalogue,
                               confirmed_.finalists,
                               searched_.candidates,
                               after_budget() - after_spent(),
                               options_.failure_limit,
                               options_.session.split_seed};
  until(share::kExplain);
  try {
    explain_phase(
        confirmed_, request, session_.dataset, *bench_, *gate_, progress_,
        [this](const std::string& part) { mark(part); }, explained_);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    note_stop(true);
  }
}

void SearchRun::compare() {
  const OldReport& old = *inputs_.old_report;
  until(share::kCompare);
  const bool same = analysis::deployment_of(deployment(), "report.json") == old.findings.deployment;
  report_.compared_with = report::ComparedWith{old.path, old.sha256, old.json.at("model").at("sha256"), same};
  compared_ = compare_phase({old, options_.session, confirmed_, options_.failure_limit, same, ends_by(share::kCompare)},
                            session_, *bench_, *gate_, progress_);
  report_.baseline_variances = std::move(compared_.rows);
  if (std::ranges::any_of(report_.baseline_variances, [](const auto& row) { return row.reason == kEndedFirst; }))
    note_stop(true);
  mark("baseline_variances");
}

/// A run that was cut short confirms less than was compared.
void SearchRun::drop_unconfirmed_rows() {
  std::erase_if(report_.baseline_variances, [&](const report::BaselineVariance& row) {
    const auto is_it = [&](const Confirmed& one) {
      return confirmed_.decision.fates[one.finalist] == analysis::Fate::confirmed && one.found.oracle == row.oracle &&
             one.found.variance == row.variance;
    };
    return row.found_here && std::ranges::none_of(confirmed_.confirmed, is_it) &&
           std::ranges::none_of(confirmed_.others, is_it);
  });
  if (report_.compared_with && !report_.compared_with->same)
    judge_rows(report_.baseline_variances, options_.failure_limit);
}

/// What is confirmed has its cases, also after an interrupt.
void SearchRun::write_cases() {
  session_.pool->set_interrupt({});
  progress_.phase("cases", 0);
  pictures_ =
      write_examples(confirmed_, session_, *bench_, directory_, ending_ == Ending::complete, case_evaluations_, save_);
  mark("cases");
}

std::uint64_t SearchRun::after_budget() const {
  if (options_.after_budget) return *options_.after_budget;
  const std::uint64_t usual = options_.evaluations_after();
  if (inputs_.candidates) {
    const std::uint64_t proposed = inputs_.candidates->proposed.size();
    const std::uint64_t minimised = options_.minimize ? options_.max_counterexamples * kFewestConfirmImages : 0;
    return std::max(
        usual, (proposed * (kTestImages + kFewestConfirmImages) + minimised) * kMinimisePart / (kMinimisePart - 1));
  }
  if (!strictness_.could_break) return usual;
  const std::uint64_t tests = (screened_.above.size() + screened_.unpaid.size()) * kFewestConfirmImages +
                              screened_.unpaid.size() * kTestImages + screened_.evaluations;
  return std::max(usual, tests * kMinimisePart / (kMinimisePart - 1));
}

std::uint64_t SearchRun::tests_cost() const {
  return least_cost(all_finalists(screened_.above, {}, {}), confirm_request());
}

std::uint64_t SearchRun::after_spent() const {
  return screened_.evaluations + minimized_.evaluations + confirmed_.evaluations;
}

ScreenRequest SearchRun::screen_request() const {
  return {halves_.search, options_.failure_limit, after_budget(), kFewestConfirmImages};
}

ConfirmRequest SearchRun::confirm_request() const {
  const std::uint64_t allowance = after_budget();
  return {report_.catalogue,
          halves_.confirmation,
          allowance - std::min(allowance, screened_.evaluations + minimized_.evaluations),
          options_.confirm_images,
          options_.failure_limit,
          allowance / kExplainPart,
          options_.max_counterexamples,
          strictness_,
          inputs_.candidates.has_value()};
}

void SearchRun::mark(const std::string& phase) {
  phases_[phase] = phase_watch_.seconds();
  spdlog::debug("{}: {:.3f} s", phase, phase_watch_.seconds());
  phase_watch_ = Stopwatch();
  if (environment_.is_null()) environment_ = environment(*session_.pool, options_.session.workers);
}

}  // namespace robustcheck::app
