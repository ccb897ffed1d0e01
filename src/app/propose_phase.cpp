#include "robustcheck/app/propose_phase.h"

#include <algorithm>

#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace {

using search::Candidate;

constexpr std::size_t kTogether = 16;        // variances, so that all workers have one
constexpr std::size_t kMostInvalidPart = 4;  // of the images

Candidate candidate_of(const Proposed& proposed, const std::string& oracle, const space::Catalogue& catalogue) {
  Candidate candidate;
  candidate.oracle = oracle;
  candidate.variance = proposed.variance;
  candidate.signature = space::signature(oracle, proposed.variance);
  candidate.magnitude = space::magnitude(proposed.variance, catalogue);
  return candidate;
}

void count(Candidate& candidate, const std::vector<ImageIndex>& images, const std::vector<oracle::Verdict>& verdicts) {
  double fitness = 0.0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    candidate.seen.push_back({images[i], verdicts[i].violated});
    candidate.failures += verdicts[i].violated ? 1 : 0;
    fitness += verdicts[i].fitness;
  }
  candidate.images = images.size();
  candidate.mean_fitness = fitness / static_cast<double>(images.size());
}

/// Failures on pictures that show something else are none, so that a test of them would say nothing.
std::string why_invalid(const space::Variance& variance, const std::vector<ImageIndex>& images, ValidityGate& gate) {
  if (variance.data.empty()) return "";
  const std::vector<std::uint8_t> invalid = gate.invalid(variance, images);
  const auto count =
      static_cast<std::size_t>(std::ranges::count_if(invalid, [](std::uint8_t one) { return one != 0; }));
  if (count * kMostInvalidPart <= images.size()) return "";
  return "its pictures no longer show the same on " + std::to_string(count) + " of " + std::to_string(images.size()) +
         " images (--validity off tests it all the same)";
}

/// Why nothing ran, "" where something did.
std::string why_not_run(const Judged& judged, std::size_t trial) {
  const std::vector<oracle::Observation>& rows = judged.observed[trial];
  const auto unavailable = [](const oracle::Observation& one) { return one.status == oracle::Status::unavailable; };
  return !rows.empty() && std::ranges::all_of(rows, unavailable) ? rows.front().message : "";
}

/// By the oracle that it is proposed for, and by numeric and crash where they have something to say.
void judge(const Proposed& proposed, const Judged& judged, std::size_t trial, const std::string& guide,
           const std::vector<ImageIndex>& images, const space::Catalogue& catalogue, ValidityGate& gate,
           ScreenOutcome& outcome) {
  const std::string own = proposed.oracle.empty() ? guide : proposed.oracle;
  std::string reason = why_not_run(judged, trial);
  if (reason.empty() && !always_on(own)) reason = why_invalid(proposed.variance, images, gate);
  if (!reason.empty()) return outcome.not_run.push_back({candidate_of(proposed, own, catalogue), std::move(reason)});
  for (const std::string& oracle : {guide, std::string("numeric"), std::string("crash")}) {
    Candidate candidate = candidate_of(proposed, oracle, catalogue);
    count(candidate, images, judged.of(oracle)[trial]);
    const bool known = std::ranges::any_of(outcome.above, [&](const Candidate& other) {
      return other.oracle == oracle && other.variance == proposed.variance;
    });
    if (!known && (oracle == own || (always_on(oracle) && candidate.failures > 0)))
      outcome.above.push_back(std::move(candidate));
  }
}

}  // namespace

ScreenOutcome propose_phase(const std::vector<Proposed>& proposed, const ScreenRequest& request,
                            const space::Catalogue& catalogue, Bench& bench, ValidityGate& gate, Progress& progress) {
  ScreenOutcome outcome;
  const std::vector<ImageIndex> images = search::telling_images(request.images, kTestImages);
  const std::size_t payable = request.allowance / std::max<std::size_t>(images.size(), 1);
  std::size_t done = 0;
  progress.phase("candidates", std::min(payable, proposed.size()));
  try {
    for (; done < std::min(payable, proposed.size()); progress.update(done)) {
      const std::size_t end = std::min({done + kTogether, payable, proposed.size()});
      std::vector<space::Trial> trials;
      for (std::size_t i = done; i < end; ++i) trials.push_back({proposed[i].variance, images});
      const Judged judged = bench.run(trials);
      for (std::size_t i = done; i < end; ++i)
        judge(proposed[i], judged, i - done, bench.guide().name, images, catalogue, gate, outcome);
      outcome.evaluations += trials.size() * images.size();
      done = end;
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    outcome.stopped = true;
  }
  for (; done < proposed.size(); ++done) {
    const std::string& oracle = proposed[done].oracle;
    outcome.unpaid.push_back(candidate_of(proposed[done], oracle.empty() ? bench.guide().name : oracle, catalogue));
  }
  return outcome;
}

}  // namespace robustcheck::app
