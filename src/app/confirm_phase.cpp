#include "robustcheck/app/confirm_phase.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "robustcheck/analysis/statistics.h"
#include "robustcheck/base/hash.h"

namespace robustcheck::app {
namespace {

using analysis::Outcomes;
using oracle::Observation;
using oracle::Verdict;
using space::Variance;

constexpr std::size_t kFewestImages = 100;
constexpr double kFalseDiscoveryRate = 0.05;

/// One run on the confirmation images, three where both sides must be told apart.
std::uint64_t runs(const std::vector<Finalist>& finalists, std::size_t count) {
  return std::accumulate(
      finalists.begin(), finalists.begin() + static_cast<std::ptrdiff_t>(count), std::uint64_t{0},
      [](std::uint64_t sum, const Finalist& finalist) { return sum + (two_sided(finalist.variance) ? 3 : 1); });
}

struct Plan {
  std::size_t finalists = 0;
  std::size_t images = 0;
};

/// As many images as asked for; where the allowance is short fewer, down to kFewestImages, then fewer finalists.
Plan make_plan(const std::vector<Finalist>& finalists, const ConfirmRequest& request) {
  Plan plan{finalists.size(), std::min(request.confirm_images, request.images.size())};
  const std::size_t fewest = std::min(kFewestImages, plan.images);
  while (plan.finalists > 0 && runs(finalists, plan.finalists) * fewest > request.allowance) --plan.finalists;
  const std::uint64_t spendable = request.allowance - std::min(request.allowance, request.reserve);
  if (plan.finalists > 0)
    plan.images = std::clamp<std::size_t>(spendable / runs(finalists, plan.finalists), fewest, plan.images);
  return plan;
}

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

std::string identity(const Finalist& finalist, const space::Catalogue& catalogue) {
  return sha256_hex(finalist.oracle + space::to_json(finalist.variance, catalogue).dump()).substr(0, 8);
}

bool wrong(const Session& session, ImageIndex image, const Observation& observed) {
  return observed.predicted != session.dataset[image].label.value_or(-1);
}

/// Failures on invalid pictures are no failures, with the configuration or without. Returns 1 for each image whose
/// picture was found invalid; only images that fail or are predicted wrong are looked at.
Outcomes disregard_invalid(const Finalist& finalist, const std::vector<ImageIndex>& images, const Session& session,
                           Judged& judged, ValidityGate& gate) {
  Outcomes result(images.size(), 0);
  if (always_on(finalist.oracle)) return result;                       // a crash is one on any picture
  const std::size_t with_data = two_sided(finalist.variance) ? 2 : 1;  // trials_of(): both, data alone, ...
  std::vector<ImageIndex> suspects;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const bool fails = judged.guide.front()[i].violated || judged.guide[with_data - 1][i].violated;
    if (!fails && !wrong(session, images[i], judged.observed.front()[i])) continue;
    suspects.push_back(images[i]);
    positions.push_back(i);
  }
  const std::vector<std::uint8_t> invalid = gate.invalid(finalist.variance, suspects);
  for (std::size_t s = 0; s < suspects.size(); ++s) {
    if (invalid[s] == 0) continue;
    result[positions[s]] = 1;
    for (std::size_t t = 0; t < with_data; ++t) judged.guide[t][positions[s]] = {false, -1.0};
  }
  return result;
}

std::vector<Variance> variances_of(const Variance& variance) {
  if (!two_sided(variance)) return {variance};
  return {variance, space::data_only(variance), space::config_only(variance)};
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

Confirmed measured(const Finalist& finalist, const std::vector<ImageIndex>& images, const Judged& judged,
                   const Outcomes& invalid, const ConfirmRequest& request, const Session& session) {
  const std::vector<Verdict>& verdicts = judged.of(finalist.oracle).front();
  Confirmed result;
  result.variances = variances_of(finalist.variance);
  for (const std::vector<Verdict>& row : judged.of(finalist.oracle)) result.failing.push_back(violated(row));
  const Outcomes& both = result.failing.front();
  report::Counterexample& found = result.found;
  found.id = identity(finalist, request.catalogue);
  found.signature = finalist.signature;
  found.oracle = finalist.oracle;
  found.variance = finalist.variance;
  found.magnitude = finalist.magnitude;
  found.knobs_changed = finalist.variance.config.size();
  found.failures = analysis::failures(both);
  found.images = images.size();
  found.ci95 = analysis::wilson(found.failures, found.images);
  found.p_value = analysis::binomial_p_value(found.failures, found.images, request.failure_limit);
  found.minimal = finalist.minimal;
  found.outcomes = letters(images, both);
  found.worst_class = worst_class(session, images, both);
  if (two_sided(finalist.variance)) found.attribution = analysis::attribute(result.failing[1], result.failing[2], both);
  result.violating = worst_first(images, verdicts);
  found.invalid_pictures = analysis::failures(invalid);
  for (std::size_t i = 0; i < images.size(); ++i)
    result.wrong.push_back(invalid[i] == 0 && wrong(session, images[i], judged.observed.front()[i]) ? 1 : 0);
  return result;
}

/// numeric and crash: one image that fails again in a fresh worker is enough.
bool fails_again(const Confirmed& one, Session& session, const Bench& bench) {
  if (one.violating.empty()) return false;
  const ImageIndex image = one.violating.front();
  const Observation observed = session.evaluator->observe_exact(one.found.variance, image, /*fresh=*/true);
  return bench.judge(oracle::find_oracle(one.found.oracle), bench.reference()[image], observed, image).violated;
}

std::vector<bool> decide(const std::vector<Confirmed>& tested, Session& session, const Bench& bench) {
  std::vector<double> p_values;
  for (const Confirmed& one : tested) p_values.push_back(one.found.p_value);
  std::vector<bool> accepted = analysis::benjamini_hochberg(p_values, kFalseDiscoveryRate);
  for (std::size_t i = 0; i < tested.size(); ++i)
    if (always_on(tested[i].found.oracle)) accepted[i] = fails_again(tested[i], session, bench);
  return accepted;
}

bool ranks_before(const report::Counterexample& a, const report::Counterexample& b) {
  if (always_on(a.oracle) != always_on(b.oracle)) return always_on(a.oracle);
  const double severity_a = analysis::severity(a.failures, a.images, a.magnitude);
  const double severity_b = analysis::severity(b.failures, b.images, b.magnitude);
  if (severity_a != severity_b) return severity_a > severity_b;
  const std::size_t genes_a = space::genes(a.variance).size();
  const std::size_t genes_b = space::genes(b.variance).size();
  return genes_a != genes_b ? genes_a < genes_b : a.signature < b.signature;
}

std::vector<space::Trial> trials_of(const Variance& variance, const std::vector<ImageIndex>& images) {
  std::vector<space::Trial> trials;
  for (Variance& one : variances_of(variance)) trials.push_back({std::move(one), images});
  return trials;
}

}  // namespace

ConfirmOutcome confirm_phase(const std::vector<Finalist>& finalists, const ConfirmRequest& request, Session& session,
                             Bench& bench, ValidityGate& gate, Progress& progress) {
  const Plan plan = make_plan(finalists, request);
  ConfirmOutcome outcome;
  outcome.images = search::telling_images(request.images, plan.images);
  outcome.not_tested = finalists.size() - plan.finalists;
  progress.phase("confirm", runs(finalists, plan.finalists) * plan.images);
  std::vector<Confirmed> tested;
  for (std::size_t i = 0; i < plan.finalists; ++i) {
    const std::vector<space::Trial> trials = trials_of(finalists[i].variance, outcome.images);
    Judged judged = bench.run(trials);
    const Outcomes invalid = disregard_invalid(finalists[i], outcome.images, session, judged, gate);
    tested.push_back(measured(finalists[i], outcome.images, judged, invalid, request, session));
    outcome.evaluations += trials.size() * outcome.images.size();
    progress.update(outcome.evaluations);
  }
  const std::vector<bool> accepted = decide(tested, session, bench);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    if (accepted[i])
      outcome.confirmed.push_back(std::move(tested[i]));
    else
      ++outcome.unconfirmed;
  }
  std::stable_sort(outcome.confirmed.begin(), outcome.confirmed.end(),
                   [](const Confirmed& a, const Confirmed& b) { return ranks_before(a.found, b.found); });
  return outcome;
}

std::optional<report::RobustAccuracy> robust_accuracy(const ConfirmOutcome& outcome, const Dataset& dataset,
                                                      const Bench& bench, std::uint64_t split_seed) {
  if (!dataset.labelled || outcome.images.empty()) return std::nullopt;
  std::uint64_t right = 0, total = 0;
  for (ImageIndex i = 0; i < dataset.size(); ++i) {
    if (!in_confirmation_half(dataset[i], split_seed) || bench.reference()[i].status == oracle::Status::image_error)
      continue;
    total += 1;
    right += bench.reference()[i].predicted == *dataset[i].label ? 1 : 0;
  }
  std::uint64_t tested = 0, survivors = 0;
  for (std::size_t i = 0; i < outcome.images.size(); ++i) {
    if (bench.reference()[outcome.images[i]].predicted != *dataset[outcome.images[i]].label) continue;
    tested += 1;
    survivors += std::none_of(outcome.confirmed.begin(), outcome.confirmed.end(),
                              [&](const Confirmed& one) { return one.wrong[i] != 0; })
                     ? 1
                     : 0;
  }
  if (tested == 0) return std::nullopt;
  const auto wrong = static_cast<std::uint64_t>(
      std::llround(static_cast<double>(total - right) * static_cast<double>(tested) / static_cast<double>(right)));
  return report::RobustAccuracy{static_cast<double>(survivors) / static_cast<double>(tested + wrong),
                                analysis::wilson(survivors, tested + wrong), tested + wrong};
}

}  // namespace robustcheck::app
