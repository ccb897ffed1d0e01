#include "robustcheck/app/accounts.h"

#include <algorithm>
#include <map>
#include <optional>

#include "confirm_measure.h"
#include "robustcheck/analysis/statistics.h"

namespace robustcheck::app {
namespace {

using analysis::Fate;
using search::Candidate;

constexpr std::uint64_t kScreenCost = 32;  // of one candidate that is on fewer than 64 images, about

bool holds(const std::vector<std::size_t>& merged, std::size_t candidate) {
  return std::ranges::find(merged, candidate) != merged.end();
}

/// Of a candidate that has no finalist of its own: that of the minimised form that is the same variance.
Fate fate_of_merged(std::size_t candidate, const ConfirmOutcome& outcome) {
  for (std::size_t i = 0; i < outcome.finalists.size(); ++i)
    if (holds(outcome.finalists[i].merged, candidate))
      return outcome.decision.fates[i] == Fate::confirmed ? Fate::explained : outcome.decision.fates[i];
  return Fate::not_tested;
}

/// The last finalist that stands for the candidate decides, unless one was confirmed.
Fate fate_of(std::size_t candidate, const ConfirmOutcome& outcome) {
  std::optional<Fate> fate;
  for (std::size_t i = 0; i < outcome.finalists.size(); ++i) {
    if (outcome.finalists[i].candidate != candidate) continue;
    if (outcome.decision.fates[i] == Fate::confirmed) return Fate::confirmed;
    fate = outcome.decision.fates[i];
  }
  return fate ? *fate : fate_of_merged(candidate, outcome);
}

bool merged_into_confirmed(std::size_t candidate, const ConfirmOutcome& outcome) {
  for (std::size_t i = 0; i < outcome.finalists.size(); ++i)
    if (outcome.decision.fates[i] == Fate::confirmed && holds(outcome.finalists[i].merged, candidate)) return true;
  return false;
}

void add(Accounts& accounts, std::size_t candidate, const ConfirmOutcome& outcome) {
  switch (fate_of(candidate, outcome)) {
    case Fate::confirmed:
      ++accounts.confirmed;
      break;
    case Fate::unconfirmed:
      ++accounts.unconfirmed;
      break;
    case Fate::explained:
      ++(merged_into_confirmed(candidate, outcome) ? accounts.merged : accounts.explained);
      break;
    case Fate::not_tested:
      ++accounts.not_tested;
      accounts.evaluations_missing += kFewestConfirmImages;
  }
}

report::Kind kind_of(const Candidate& candidate, const space::Catalogue& catalogue) {
  report::Kind kind;
  kind.id = identity(candidate.oracle, candidate.variance, catalogue);
  kind.signature = candidate.signature;
  kind.oracle = candidate.oracle;
  kind.variance = candidate.variance;
  kind.magnitude = candidate.magnitude;
  kind.failures = candidate.failures;
  kind.images = candidate.images;
  kind.status = analysis::name(Fate::not_tested);
  return kind;
}

/// The candidate that a minimised form stands for is a finalist too.
bool has_own_row(std::size_t reduced, const ConfirmOutcome& outcome) {
  return std::ranges::any_of(outcome.finalists, [&](const Finalist& other) {
    return !other.reduced && other.candidate == outcome.finalists[reduced].candidate;
  });
}

report::Kind::Test test_of(const report::Counterexample& found) {
  report::Kind::Test test{found.failures, found.images,      found.p_value,  found.weight,
                          found.test,     found.worst_class, found.outcomes, {}};
  if (found.attribution) test.interaction_p_value = found.attribution->p_value;
  return test;
}

std::map<std::size_t, const Confirmed*> by_finalist(const std::vector<Confirmed>& tested) {
  std::map<std::size_t, const Confirmed*> result;
  for (const Confirmed& one : tested) result[one.finalist] = &one;
  return result;
}

}  // namespace

Accounts account(const ScreenOutcome& screened, const ConfirmOutcome& confirmed) {
  Accounts accounts;
  accounts.candidates = screened.candidates();
  accounts.not_reproduced = screened.not_reproduced;
  accounts.not_tested = screened.unpaid.size() + screened.not_run.size();
  accounts.not_run = screened.not_run.size();
  accounts.evaluations_missing = screened.unpaid.size() * (kScreenCost + kFewestConfirmImages);
  for (std::size_t c = 0; c < screened.above.size(); ++c) add(accounts, c, confirmed);
  return accounts;
}

std::vector<report::Kind> kinds_of(const ScreenOutcome& screened, const ConfirmOutcome& confirmed,
                                   const space::Catalogue& catalogue) {
  const auto in_full = by_finalist(confirmed.confirmed), tested = by_finalist(confirmed.others);
  std::vector<report::Kind> kinds;
  for (std::size_t i = 0; i < confirmed.finalists.size(); ++i) {
    const Fate fate = confirmed.decision.fates[i];
    const bool stands_aside = fate == Fate::not_tested && confirmed.finalists[i].reduced && has_own_row(i, confirmed);
    if (in_full.contains(i) || stands_aside) continue;
    report::Kind kind = kind_of(confirmed.finalists[i], catalogue);
    kind.status = analysis::name(fate);
    kind.minimal = confirmed.finalists[i].minimal;
    if (const auto explainer = confirmed.decision.explained_by[i]) {
      const Finalist& by = confirmed.finalists[*explainer];
      kind.explained_by = by.signature;
      kind.explained_by_id = identity(by.oracle, by.variance, catalogue);
    }
    if (const auto found = tested.find(i); found != tested.end()) kind.tested = test_of(found->second->found);
    kinds.push_back(std::move(kind));
  }
  if (confirmed.finalists.empty())
    for (const Candidate& candidate : screened.above) kinds.push_back(kind_of(candidate, catalogue));
  for (const Candidate& candidate : screened.unpaid) kinds.push_back(kind_of(candidate, catalogue));
  for (const ScreenOutcome::NotRun& one : screened.not_run) {
    kinds.push_back(kind_of(one.candidate, catalogue));
    kinds.back().reason = one.reason;
  }
  return kinds;
}

report::Confirmation confirmation_of(const ConfirmOutcome& confirmed, double failure_limit, std::size_t most_images,
                                     bool stopped) {
  report::Confirmation result;
  result.rule = stopped ? "stopped" : "benjamini_hochberg";
  result.level = kFalseDiscoveryRate;
  result.interval_level = confirmed.interval_level;
  result.family = confirmed.decision.family;
  result.smallest_weight = confirmed.decision.smallest_weight;
  std::uint64_t fewest = confirmed.images.empty() ? most_images : confirmed.images.size();
  for (const std::vector<Confirmed>* list : {&confirmed.confirmed, &confirmed.others})
    for (const Confirmed& one : *list) {
      if (one.found.test == 0) continue;
      ++result.tests;
      if (confirmed.decision.fates[one.finalist] == Fate::unconfirmed) fewest = std::min(fewest, one.found.images);
    }
  result.images = fewest;
  const double level =
      analysis::level_of_one_fault(confirmed.hypotheses, confirmed.decision, kFalseDiscoveryRate, stopped);
  result.detectable_rate = analysis::detectable_rate(result.images, failure_limit, level);
  return result;
}

}  // namespace robustcheck::app
