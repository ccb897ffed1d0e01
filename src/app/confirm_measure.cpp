#include "confirm_measure.h"

#include <algorithm>
#include <map>

#include "robustcheck/analysis/statistics.h"
#include "robustcheck/base/hash.h"

namespace robustcheck::app {
namespace {

using analysis::Outcomes;
using oracle::Observation;
using oracle::Verdict;

Outcomes violated(const std::vector<Verdict>& verdicts) {
  Outcomes outcomes;
  for (const Verdict& verdict : verdicts) outcomes.push_back(verdict.violated ? 1 : 0);
  return outcomes;
}

/// Indices of violating images, worst first; ties in image order.
std::vector<ImageIndex> worst_first(const std::vector<ImageIndex>& images, const std::vector<Verdict>& verdicts) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    if (verdicts[i].violated) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return verdicts[a].fitness > verdicts[b].fitness; });
  std::vector<ImageIndex> result;
  for (const std::size_t i : order) result.push_back(images[i]);
  return result;
}

std::optional<report::WorstClass> worst_class(const Session& session, const std::vector<ImageIndex>& images,
                                              const Outcomes& outcomes) {
  if (!session.dataset.labelled) return std::nullopt;
  std::map<Label, std::pair<std::uint64_t, std::uint64_t>> by_class;  // failures, images
  for (std::size_t i = 0; i < images.size(); ++i) {
    auto& [failed, total] = by_class[*session.dataset[images[i]].label];
    failed += outcomes[i];
    total += 1;
  }
  std::optional<report::WorstClass> worst;
  for (const auto& [label, counts] : by_class) {
    const double rate = static_cast<double>(counts.first) / static_cast<double>(counts.second);
    if (!worst || rate > worst->failure_rate)
      worst = report::WorstClass{session.class_name(label), rate, counts.second};
  }
  return worst;
}

bool wrong(const Session& session, ImageIndex image, const Observation& observed) {
  return observed.predicted != session.dataset[image].label.value_or(-1);
}

/// Failures on invalid pictures are no failures. Returns 1 for each image whose picture was found invalid; only images
/// that fail or are predicted wrong are looked at.
Outcomes disregard_invalid(const Finalist& finalist, const std::vector<ImageIndex>& images, const Session& session,
                           Judged& judged, std::size_t trial, ValidityGate& gate) {
  Outcomes result(images.size(), 0);
  if (always_on(finalist.oracle)) return result;  // a crash is one on any picture
  std::vector<ImageIndex> suspects;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (!judged.guide[trial][i].violated && !wrong(session, images[i], judged.observed[trial][i])) continue;
    suspects.push_back(images[i]);
    positions.push_back(i);
  }
  const std::vector<std::uint8_t> invalid = gate.invalid(finalist.variance, suspects);
  for (std::size_t s = 0; s < suspects.size(); ++s) {
    if (invalid[s] == 0) continue;
    result[positions[s]] = 1;
    judged.guide[trial][positions[s]] = {false, -1.0};
  }
  return result;
}

/// A letter per image of the dataset, as report.json writes it.
std::string letters(const std::vector<ImageIndex>& images, const Outcomes& outcomes) {
  std::string text;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i] >= text.size()) text.resize(images[i] + 1, '.');
    text[images[i]] = outcomes[i] != 0 ? '1' : '0';
  }
  return text;
}

void describe(const Finalist& finalist, const ConfirmRequest& request, report::Counterexample& found) {
  found.id = identity(finalist.oracle, finalist.variance, request.catalogue);
  found.signature = finalist.signature;
  found.oracle = finalist.oracle;
  found.variance = finalist.variance;
  found.magnitude = finalist.magnitude;
  found.knobs_changed = finalist.variance.config.size();
  found.minimal = finalist.minimal;
  if (finalist.reduced)
    found.minimised =
        report::Minimised{finalist.start_failures, finalist.failures, finalist.images, finalist.interaction};
  found.needs_both_reason = two_sided(finalist.variance) ? report::kEnded : report::kOneSided;
  found.genes_reason = report::kEnded;
}

Confirmed measured(const UnseenRequest& asked, const space::Trial& trial, std::size_t place, Judged& judged,
                   const ConfirmRequest& request, const Session& session, ValidityGate& gate, std::size_t all) {
  const Finalist& finalist = *asked.finalist;
  const Outcomes invalid = disregard_invalid(finalist, trial.images, session, judged, place, gate);
  const std::vector<Verdict>& verdicts = judged.of(finalist.oracle)[place];
  const Outcomes outcomes = violated(verdicts);
  Confirmed result;
  result.finalist = asked.index;
  result.positions = asked.positions;
  result.variances = {finalist.variance};
  result.failing = {spread_out(outcomes, asked.positions, all)};
  result.violating = worst_first(trial.images, verdicts);
  report::Counterexample& found = result.found;
  describe(finalist, request, found);
  found.failures = analysis::failures(outcomes);
  found.images = trial.images.size();
  found.ci95 = analysis::wilson(found.failures, found.images);
  found.p_value = analysis::binomial_p_value(found.failures, found.images, request.failure_limit);
  found.outcomes = letters(trial.images, outcomes);
  found.worst_class = worst_class(session, trial.images, outcomes);
  found.invalid_pictures = analysis::failures(invalid);
  Outcomes wrong_there;
  for (std::size_t i = 0; i < trial.images.size(); ++i)
    wrong_there.push_back(invalid[i] == 0 && wrong(session, trial.images[i], judged.observed[place][i]) ? 1 : 0);
  result.wrong = spread_out(wrong_there, asked.positions, all);
  return result;
}

}  // namespace

std::string identity(const std::string& oracle, const space::Variance& variance, const space::Catalogue& catalogue) {
  return sha256_hex(oracle + space::to_json(variance, catalogue).dump()).substr(0, 8);
}

Outcomes spread_out(const Outcomes& outcomes, const std::vector<std::size_t>& positions, std::size_t images) {
  Outcomes all(images, 0);
  for (std::size_t i = 0; i < positions.size(); ++i) all[positions[i]] = outcomes[i];
  return all;
}

std::vector<Confirmed> measure_unseen(const std::vector<UnseenRequest>& requests, const std::vector<ImageIndex>& all,
                                      const ConfirmRequest& request, Session& session, Bench& bench,
                                      ValidityGate& gate) {
  std::vector<space::Trial> trials;
  for (const UnseenRequest& asked : requests) {
    trials.push_back({asked.finalist->variance, {}});
    for (const std::size_t position : asked.positions) trials.back().images.push_back(all[position]);
  }
  std::vector<Confirmed> result;
  if (trials.empty()) return result;
  Judged judged = bench.run(trials);
  for (std::size_t t = 0; t < trials.size(); ++t)
    result.push_back(measured(requests[t], trials[t], t, judged, request, session, gate, all.size()));
  return result;
}

}  // namespace robustcheck::app
