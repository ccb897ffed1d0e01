#include "robustcheck/app/confirm_phase.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "confirm_measure.h"
#include "robustcheck/analysis/statistics.h"
#include "robustcheck/app/unseen_outcomes.h"
#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace {

using analysis::Fate;
using analysis::Hypothesis;
using analysis::Outcomes;
using oracle::Observation;

std::vector<std::size_t> planned_tests(const std::vector<Hypothesis>& hypotheses) {
  return analysis::next_to_test(hypotheses, analysis::decide(hypotheses, kFalseDiscoveryRate, /*stopped=*/false));
}

/// What nothing may explain away under a policy, and what an allowed finding does not explain.
void apply(const Strictness& strictness, const std::vector<Finalist>& finalists, std::vector<Hypothesis>& hypotheses) {
  for (std::size_t i = 0; i < finalists.size(); ++i) {
    std::vector<std::size_t>& explainers = hypotheses[i].explainers;
    if (strictness.could_break && strictness.could_break(finalists[i])) explainers.clear();
    if (strictness.allowed)
      std::erase_if(explainers, [&](std::size_t e) { return strictness.allowed(finalists[e].signature); });
  }
}

/// What is not among the tests that are planned from the search half weighs a quarter: it will seldom need its own. So
/// does what a file proposed and the search half does not see above the limit.
void weigh(const std::vector<Finalist>& finalists, double failure_limit, std::vector<Hypothesis>& hypotheses) {
  constexpr double kUnlikely = 0.25;
  for (Hypothesis& one : hypotheses) one.weight = kUnlikely;
  for (const std::size_t i : planned_tests(hypotheses))
    if (finalists[i].failure_rate() > failure_limit) hypotheses[i].weight = 1.0;
}

constexpr std::size_t kTogether = 16;

/// Runs the tests of one confirmation.
class Tests {
 public:
  Tests(ConfirmOutcome& outcome, const ConfirmRequest& request, Session& session, Bench& bench, ValidityGate& gate,
        Progress& progress)
      : outcome_(outcome), request_(request), session_(session), bench_(bench), gate_(gate), progress_(progress) {}

  /// Until everything is tested or explained, or the allowance pays for no further test.
  void run() {
    for (;;) {
      outcome_.decision = analysis::decide(outcome_.hypotheses, kFalseDiscoveryRate, /*stopped=*/false);
      const std::vector<std::size_t> next = analysis::next_to_test(outcome_.hypotheses, outcome_.decision);
      if (next.empty()) return;
      if (!run_round(next, images_of_round(next))) return;
    }
  }

 private:
  std::uint64_t left() const { return request_.allowance - outcome_.evaluations; }
  std::size_t fewest() const {
    return std::min({kFewestConfirmImages, request_.images.size(), request_.confirm_images});
  }

  /// A few tests at a time, so that all workers have one. False where the allowance does not pay for all.
  bool run_round(const std::vector<std::size_t>& next, std::size_t most) {
    const UnseenOutcomes unseen(bench_, gate_, outcome_.images);
    std::vector<UnseenRequest> together;
    std::uint64_t payable = left();
    for (const std::size_t i : next) {
      std::vector<std::size_t> positions = unseen.spread(wanted(i, most));
      const bool paid = positions.size() <= payable;
      if (paid) {
        payable -= positions.size();
        together.push_back({i, &outcome_.finalists[i], std::move(positions)});
      }
      if (!paid || together.size() == kTogether || i == next.back()) test(std::exchange(together, {}));
      if (!paid) return false;
    }
    return true;
  }

  /// Images of one test, where `most` can be had: minimised ones stand in the report with all of them; what was not
  /// minimised takes as many as its rate on the search half makes its test likely to pass.
  std::size_t wanted(std::size_t index, std::size_t most) {
    const Finalist& finalist = outcome_.finalists[index];
    if (request_.every || finalist.reduced || always_on(finalist.oracle)) return most;
    const auto [place, missing] = needed_.try_emplace(index, 0);
    if (missing) place->second = images_for(wilson(finalist.failures, finalist.images).low);
    return std::clamp(place->second, fewest(), most);
  }

  /// On which a test of a variance with this failure rate passes with probability 0.8, alone among all.
  std::size_t images_for(double rate) {
    constexpr double kPower = 0.8;
    constexpr std::size_t kStep = 50;
    const double level = kFalseDiscoveryRate / static_cast<double>(outcome_.hypotheses.size());
    std::size_t images = kFewestConfirmImages;
    for (; images < request_.confirm_images; images += kStep) {
      const auto [place, missing] = critical_.try_emplace(images, 0);
      if (missing) place->second = analysis::critical_count(images, request_.failure_limit, level);
      if (place->second <= images && analysis::binomial_p_value(place->second, images, rate) >= kPower) break;
    }
    return images;
  }

  /// Evaluations of a round with at most `most` images a test; in the first one both sides of what was minimised will
  /// be told apart.
  std::uint64_t cost(const std::vector<std::size_t>& next, std::size_t most, bool first) {
    std::uint64_t evaluations = 0;
    for (const std::size_t i : next) {
      const Finalist& finalist = outcome_.finalists[i];
      evaluations += wanted(i, most) * (first && finalist.reduced && two_sided(finalist.variance) ? 3 : 1);
    }
    return evaluations;
  }

  /// The first round leaves the reserve alone; a later one has what is left.
  std::size_t images_of_round(const std::vector<std::size_t>& next) {
    const bool first = outcome_.images.empty();
    std::size_t most = first ? std::min(request_.confirm_images, request_.images.size()) : outcome_.images.size();
    const std::uint64_t payable = left() - (first ? std::min(left(), request_.reserve) : 0);
    while (most > fewest() && cost(next, most, first) > payable) --most;
    if (first) outcome_.images = search::telling_images(request_.images, most);
    progress_.phase("confirm", cost(next, most, /*first=*/false));
    done_before_ = outcome_.evaluations;
    return most;
  }

  void test(const std::vector<UnseenRequest>& together) {
    for (Confirmed& measured : measure_unseen(together, outcome_.images, request_, session_, bench_, gate_)) {
      Hypothesis& hypothesis = outcome_.hypotheses[measured.finalist];
      outcome_.evaluations += measured.positions.size();
      if (always_on(measured.found.oracle)) {
        hypothesis.repeated = fails_again(measured);
      } else {
        hypothesis.p_value = measured.found.p_value;
        hypothesis.order = measured.found.test = ++tests_;
      }
      outcome_.others.push_back(std::move(measured));
    }
    progress_.update(outcome_.evaluations - done_before_);
  }

  /// numeric and crash: one image that fails again in a fresh worker is enough.
  bool fails_again(const Confirmed& one) {
    if (one.violating.empty()) return false;
    const ImageIndex image = one.violating.front();
    const Observation observed = session_.evaluator->observe_exact(one.found.variance, image, /*fresh=*/true);
    return bench_.judge(oracle::find_oracle(one.found.oracle), bench_.reference()[image], observed, image).violated;
  }

  ConfirmOutcome& outcome_;
  const ConfirmRequest& request_;
  Session& session_;
  Bench& bench_;
  ValidityGate& gate_;
  Progress& progress_;
  std::map<std::size_t, std::size_t> needed_;      ///< images, by finalist
  std::map<std::size_t, std::uint64_t> critical_;  ///< failures that pass, by images
  std::uint64_t tests_ = 0;
  std::uint64_t done_before_ = 0;
};

/// Data alone and configuration alone of the counterexamples that have both, as far as the allowance pays.
void attribute_both_sides(ConfirmOutcome& outcome, std::uint64_t allowance, Bench& bench, ValidityGate& gate) {
  UnseenOutcomes unseen(bench, gate, outcome.images);
  for (Confirmed& one : outcome.confirmed) {
    if (!two_sided(one.found.variance)) continue;
    const std::vector<space::Variance> sides = {space::data_only(one.found.variance),
                                                space::config_only(one.found.variance)};
    if (outcome.evaluations + unseen.cost(one.found.oracle, sides, one.positions) > allowance) {
      one.found.needs_both_reason = report::kAllowance;
      continue;
    }
    const std::uint64_t before = unseen.evaluations();
    const std::vector<Outcomes> alone = unseen.measure(one.found.oracle, sides, one.positions);
    outcome.evaluations += unseen.evaluations() - before;
    Outcomes both;
    for (const std::size_t position : one.positions) both.push_back(one.failing.front()[position]);
    one.found.attribution = analysis::attribute(alone[0], alone[1], both);
    for (std::size_t side = 0; side < sides.size(); ++side) {
      one.variances.push_back(sides[side]);
      one.failing.push_back(spread_out(alone[side], one.positions, outcome.images.size()));
    }
  }
}

bool ranks_before(const report::Counterexample& a, const report::Counterexample& b) {
  if (always_on(a.oracle) != always_on(b.oracle)) return always_on(a.oracle);
  if (a.severity() != b.severity()) return a.severity() > b.severity();
  const std::size_t genes_a = space::genes(a.variance).size();
  const std::size_t genes_b = space::genes(b.variance).size();
  return genes_a != genes_b ? genes_a < genes_b : a.signature < b.signature;
}

/// A candidate that is confirmed as it was found, and in its minimised form too, is explained by the latter.
void explain_by_own_form(ConfirmOutcome& outcome) {
  for (std::size_t i = 0; i < outcome.finalists.size(); ++i) {
    if (outcome.finalists[i].reduced || outcome.decision.fates[i] != Fate::confirmed) continue;
    for (const std::size_t e : outcome.hypotheses[i].explainers) {
      const bool own = outcome.finalists[e].reduced && outcome.decision.fates[e] == Fate::confirmed;
      if (!own || outcome.finalists[e].candidate != outcome.finalists[i].candidate) continue;
      outcome.decision.fates[i] = Fate::explained;
      outcome.decision.explained_by[i] = e;
    }
  }
}

/// In full or not.
std::vector<const Confirmed*> confirmed_ones(const ConfirmOutcome& outcome) {
  std::vector<const Confirmed*> all;
  for (const std::vector<Confirmed>* list : {&outcome.confirmed, &outcome.others})
    for (const Confirmed& one : *list)
      if (outcome.decision.fates[one.finalist] == Fate::confirmed) all.push_back(&one);
  return all;
}

/// Positions of the confirmation images that every confirmed variance was run on.
std::vector<std::size_t> met_by_all(const ConfirmOutcome& outcome) {
  std::vector<std::size_t> times(outcome.images.size(), 0), result;
  const std::vector<const Confirmed*> all = confirmed_ones(outcome);
  for (const Confirmed* one : all)
    for (const std::size_t position : one->positions) ++times[position];
  for (std::size_t i = 0; i < times.size(); ++i)
    if (times[i] == all.size()) result.push_back(i);
  return result;
}

}  // namespace

void settle(ConfirmOutcome& outcome, std::size_t most, bool stopped) {
  outcome.decision = analysis::decide(outcome.hypotheses, kFalseDiscoveryRate, stopped);
  explain_by_own_form(outcome);
  std::vector<Confirmed> tested = std::move(outcome.confirmed);
  std::move(outcome.others.begin(), outcome.others.end(), std::back_inserter(tested));
  outcome.confirmed.clear();
  outcome.others.clear();
  outcome.interval_level = analysis::interval_level(outcome.hypotheses, outcome.decision, kFalseDiscoveryRate);
  for (Confirmed& one : tested)
    if (!always_on(one.found.oracle))
      one.found.ci95 = wilson(one.found.failures, one.found.images, outcome.interval_level);
  std::stable_sort(tested.begin(), tested.end(),
                   [](const Confirmed& a, const Confirmed& b) { return ranks_before(a.found, b.found); });
  std::stable_partition(tested.begin(), tested.end(),
                        [&](const Confirmed& one) { return outcome.finalists[one.finalist].reduced; });
  for (Confirmed& one : tested) {
    one.found.weight = outcome.decision.weights[one.finalist];
    const double level = analysis::stopped_level(std::max<std::uint64_t>(one.found.test, 1), kFalseDiscoveryRate);
    if (stopped && one.found.attribution && one.found.attribution->p_value > level) {
      one.found.needs_both.reset();
      one.found.needs_both_reason = report::kEnded;
    }
    const bool in_full = outcome.decision.fates[one.finalist] == Fate::confirmed && outcome.confirmed.size() < most;
    (in_full ? outcome.confirmed : outcome.others).push_back(std::move(one));
  }
  std::stable_sort(outcome.confirmed.begin(), outcome.confirmed.end(),
                   [](const Confirmed& a, const Confirmed& b) { return ranks_before(a.found, b.found); });
}

std::uint64_t least_cost(const std::vector<Finalist>& finalists, const ConfirmRequest& request) {
  std::vector<Hypothesis> hypotheses = hypotheses_of(finalists, request.every);
  apply(request.strictness, finalists, hypotheses);
  return planned_tests(hypotheses).size() * std::min(kFewestConfirmImages, request.images.size());
}

ConfirmOutcome confirm_phase(std::vector<Finalist> finalists, const ConfirmRequest& request, Session& session,
                             Bench& bench, ValidityGate& gate, Progress& progress) {
  ConfirmOutcome outcome;
  outcome.finalists = std::move(finalists);
  outcome.hypotheses = hypotheses_of(outcome.finalists, request.every);
  apply(request.strictness, outcome.finalists, outcome.hypotheses);
  weigh(outcome.finalists, request.failure_limit, outcome.hypotheses);
  try {
    Tests(outcome, request, session, bench, gate, progress).run();
    settle(outcome, request.most, /*stopped=*/false);
    attribute_both_sides(outcome, request.allowance, bench, gate);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) outcome.error = std::current_exception();
    outcome.stopped = true;
    settle(outcome, request.most, /*stopped=*/true);
  }
  if (outcome.confirmed.empty() && outcome.others.empty()) outcome.images.clear();  // nothing ran on them
  if (outcome.finalists.empty()) outcome.images = search::telling_images(request.images, request.confirm_images);
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
  for (const std::size_t i : met_by_all(outcome)) {
    if (bench.reference()[outcome.images[i]].predicted != *dataset[outcome.images[i]].label) continue;
    tested += 1;
    const auto broken_by = [&](const Confirmed* one) { return one->wrong[i] != 0; };
    survivors += std::ranges::any_of(confirmed_ones(outcome), broken_by) ? 0 : 1;
  }
  if (tested == 0) return std::nullopt;
  const auto wrong = static_cast<std::uint64_t>(
      std::llround(static_cast<double>(total - right) * static_cast<double>(tested) / static_cast<double>(right)));
  return report::RobustAccuracy{static_cast<double>(survivors) / static_cast<double>(tested + wrong),
                                analysis::wilson(survivors, tested + wrong), tested + wrong};
}

}  // namespace robustcheck::app
