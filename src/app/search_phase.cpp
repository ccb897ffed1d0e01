#include "robustcheck/app/search_phase.h"

#include <fstream>
#include <set>

#include "robustcheck/app/interrupt.h"
#include "robustcheck/base/error.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

class Journal {
 public:
  explicit Journal(const std::filesystem::path& path) : file_(path, std::ios::app) {
    if (!file_) throw Error(ErrorKind::usage, path.string() + ": cannot be written");
  }
  void candidate(const std::string& oracle, const space::Trial& trial, std::uint64_t evaluations) {
    const Json line = {{"event", "candidate"},
                       {"evaluations", evaluations},
                       {"signature", space::signature(oracle, trial.variance)},
                       {"variance", space::to_json(trial.variance, transform::catalogue())}};
    file_ << line.dump() << '\n' << std::flush;
  }

 private:
  std::ofstream file_;
};

std::uint64_t cost(const std::vector<space::Trial>& trials) {
  std::uint64_t images = 0;
  for (const space::Trial& trial : trials) images += trial.images.size();
  return images;
}

void record(const std::vector<space::Trial>& trials, const Judged& judged, const std::string& guide,
            std::uint64_t evaluations, search::Archive& archive, Journal& journal) {
  const std::set<std::string> oracles = {guide, "numeric", "crash"};
  for (std::size_t t = 0; t < trials.size(); ++t)
    for (const std::string& oracle : oracles)
      if (archive.add(oracle, trials[t], judged.of(oracle)[t])) journal.candidate(oracle, trials[t], evaluations);
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

}  // namespace

SearchOutcome search_phase(const SearchOptions& options, const search::Problem& problem, Bench& bench,
                           const std::filesystem::path& journal_path, Progress& progress) {
  const auto strategy = search::find_strategy(options.strategy).make(problem);
  search::Archive archive(transform::catalogue());
  Journal journal(journal_path);
  SearchOutcome outcome;
  const Stopwatch watch;
  progress.phase("search", options.budget);
  try {
    while (outcome.evaluations < options.budget) {
      if (options.max_seconds > 0 && watch.seconds() > options.max_seconds) {
        outcome.ending = Ending::out_of_time;
        break;
      }
      const std::vector<space::Trial> trials = strategy->ask(options.budget - outcome.evaluations);
      if (trials.empty()) break;
      const Judged judged = bench.run(trials);
      outcome.evaluations += cost(trials);
      record(trials, judged, bench.guide().name, outcome.evaluations, archive, journal);
      strategy->tell(trials, merged(judged));
      progress.update(outcome.evaluations, std::to_string(archive.size()) + " kinds of failure");
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    outcome.ending = Ending::interrupted;
  }
  outcome.candidates = archive.ranked();
  return outcome;
}

}  // namespace robustcheck::app
