#include "robustcheck/app/search_phase.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>

#include "robustcheck/app/interrupt.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

constexpr std::size_t kMostIdleRounds = 100;  // of nothing but rejected candidates

class Journal {
 public:
  explicit Journal(const std::filesystem::path& path) : path_(path), file_(path, std::ios::app) {
    if (!file_) throw Error(ErrorKind::usage, path.string() + ": cannot be written");
  }
  void candidate(const std::string& oracle, const space::Trial& trial, std::uint64_t evaluations) {
    const Json line = {{"event", "candidate"},
                       {"evaluations", evaluations},
                       {"signature", space::signature(oracle, trial.variance)},
                       {"variance", space::to_json(trial.variance, transform::catalogue())}};
    const bool wrote = static_cast<bool>(file_);
    if (!(file_ << json_text(line) << '\n' << std::flush) && wrote)
      std::cerr << "\nrobustcheck: warning: " << one_line_text(path_.native()) << ": cannot be written any more\n";
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

std::uint64_t cost(const std::vector<space::Trial>& trials) {
  std::uint64_t images = 0;
  for (const space::Trial& trial : trials) images += trial.images.size();
  return images;
}

/// For whoever measures strategies (tests/bench/effectiveness): --verbose --log-file has every trial.
void log_trial(const space::Trial& trial, const std::vector<oracle::Verdict>& verdicts, std::uint64_t evaluations) {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const auto failures =
      std::ranges::count_if(verdicts, [](const oracle::Verdict& verdict) { return verdict.violated; });
  const Json line = {{"evaluations", evaluations},
                     {"images", trial.images.size()},
                     {"failures", failures},
                     {"variance", space::to_json(trial.variance, transform::catalogue())}};
  spdlog::debug("trial {}", json_text(line));
}

/// True when a signature is new or improved. `standard`: what else the guiding oracle says is not ranked; empty: all
/// is.
bool record(const std::vector<space::Trial>& trials, const Judged& judged, const std::string& guide,
            const std::vector<ImageIndex>& standard, std::uint64_t evaluations, search::Archive& archive,
            Journal& journal) {
  const std::set<std::string> oracles = {guide, "numeric", "crash"};
  bool improved = false;
  std::uint64_t spent = evaluations - cost(trials);
  for (std::size_t t = 0; t < trials.size(); ++t) {
    spent += trials[t].images.size();
    log_trial(trials[t], judged.guide[t], spent);
    for (const std::string& oracle : oracles) {
      if (oracle == guide && !standard.empty() && trials[t].images != standard) continue;
      if (!archive.add(oracle, trials[t], judged.of(oracle)[t])) continue;
      journal.candidate(oracle, trials[t], evaluations);
      improved = true;
    }
  }
  return improved;
}

/// numeric and crash count as violations for the strategy too (DESIGN: fitness 1 when violated).
Verdicts merged(const Judged& judged) {
  Verdicts all = judged.guide;
  for (const Verdicts* other : {&judged.numeric, &judged.crash})
    for (std::size_t t = 0; t < all.size(); ++t)
      for (std::size_t i = 0; i < all[t].size(); ++i)
        if ((*other)[t][i].violated) all[t][i] = {true, 1.0};
  return all;
}

double worst_rate(const Judged& judged) {
  double worst = 0.0;
  for (const std::vector<oracle::Verdict>& verdicts : judged.guide) {
    const auto violated = std::ranges::count_if(verdicts, [](const oracle::Verdict& one) { return one.violated; });
    if (!verdicts.empty())
      worst = std::max(worst, static_cast<double>(violated) / static_cast<double>(verdicts.size()));
  }
  return worst;
}

std::vector<space::Trial> selected(const std::vector<space::Trial>& trials, const std::vector<bool>& runs) {
  std::vector<space::Trial> kept;
  for (std::size_t t = 0; t < trials.size(); ++t)
    if (runs[t]) kept.push_back(trials[t]);
  return kept;
}

/// A strategy hears of a rejected trial that nothing fails under it.
Verdicts with_rejected(const std::vector<space::Trial>& trials, const std::vector<bool>& runs, Verdicts of_the_others) {
  Verdicts all;
  auto next = of_the_others.begin();
  for (std::size_t t = 0; t < trials.size(); ++t)
    all.push_back(runs[t] ? std::move(*next++) : std::vector<oracle::Verdict>(trials[t].images.size(), {false, -1.0}));
  return all;
}

}  // namespace

const search::StrategyEntry& strategy_of(const SearchOptions& options) {
  const std::string used = options.scope == "image" ? search::image_strategy().name : options.strategy;
  if (!search::checked_parts(options.without).empty() && used != "genetic")
    throw Error(ErrorKind::usage, "--without: leaves parts of genetic out, but the strategy is " + used);
  if (options.scope == "model") return search::find_strategy(options.strategy);
  if (options.scope != "image")
    throw Error(ErrorKind::usage, "--scope: " + unknown_name("scope", options.scope, kScopes));
  if (options.strategy_chosen)
    throw Error(ErrorKind::usage, "--strategy " + options.strategy + ": --scope image has a strategy of its own");
  return search::image_strategy();
}

SearchOutcome search_phase(const SearchOptions& options, const search::Problem& problem, const Dataset& dataset,
                           Bench& bench, ValidityGate& gate, const std::filesystem::path& journal_path,
                           Progress& progress) {
  const auto strategy = strategy_of(options).make(problem);
  std::optional<ImageLedger> ledger;
  std::vector<ImageIndex> standard;
  if (options.scope == "image") {
    ledger.emplace(problem.images, dataset, bench.guide().name);
    standard = search::telling_images(problem.images, search::kTrialImages);
  }
  search::Archive archive(transform::catalogue(), options.failure_limit);
  Journal journal(journal_path);
  SearchOutcome outcome;
  std::size_t idle = 0;
  double worst = 0.0;
  std::uint64_t stale = 0;
  progress.phase("search", options.budget);
  try {
    while (outcome.evaluations < options.budget) {
      Stopwatch thinking;
      std::vector<space::Trial> trials = strategy->ask(options.budget - outcome.evaluations);
      outcome.strategy_seconds += thinking.seconds();
      if (trials.empty()) break;
      const std::vector<bool> runs = gate.admit(trials);
      const std::vector<space::Trial> valid = selected(trials, runs);
      Judged judged = bench.run(valid);
      const std::size_t broken = ledger ? ledger->record(valid, judged, gate) : 0;
      outcome.evaluations += cost(valid);
      const bool improved = record(valid, judged, bench.guide().name, standard, outcome.evaluations, archive, journal);
      stale = improved || broken > 0 ? 0 : stale + 1;
      const Verdicts told = with_rejected(trials, runs, merged(judged));
      thinking = Stopwatch();
      strategy->tell(trials, told);
      outcome.strategy_seconds += thinking.seconds();
      if (++idle > kMostIdleRounds) break;
      if (!valid.empty()) idle = 0;
      if (options.patience > 0 && stale >= options.patience) break;
      if (options.stop_after > 0 && archive.count_above(options.failure_limit) >= options.stop_after) break;
      worst = std::max(worst, worst_rate(judged));
      progress.update(
          outcome.evaluations,
          ledger ? std::to_string(ledger->broken()) + " of " + std::to_string(problem.images.size()) + " images broken"
                 : std::to_string(archive.size()) + " kinds of failure, worst " + percent(worst));
    }
  } catch (const Error& error) {
    outcome.ending = interrupted() ? Ending::interrupted : Ending::out_of_time;
    if (error.kind() != ErrorKind::interrupted) outcome.error = std::current_exception();
  }
  outcome.candidates = archive.ranked();
  if (ledger) outcome.per_image = ledger->images();
  return outcome;
}

}  // namespace robustcheck::app
