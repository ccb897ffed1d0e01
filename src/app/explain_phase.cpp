#include "robustcheck/app/explain_phase.h"

#include <utility>

#include "robustcheck/app/accuracy_change.h"
#include "robustcheck/app/attribute_phase.h"
#include "robustcheck/app/interaction_map_phase.h"
#include "robustcheck/app/tolerance_phase.h"
#include "robustcheck/app/unseen_outcomes.h"

namespace robustcheck::app {
namespace {

UnseenOutcomes known_outcomes(const ConfirmOutcome& confirmed, Bench& bench, ValidityGate& gate) {
  UnseenOutcomes unseen(bench, gate, confirmed.images);
  for (const Confirmed& one : confirmed.confirmed)
    for (std::size_t i = 0; i < one.variances.size() && one.positions.size() == confirmed.images.size(); ++i)
      unseen.remember(one.found.oracle, one.variances[i], one.failing[i]);
  return unseen;
}

}  // namespace

void explain_phase(ConfirmOutcome& confirmed, const ExplainRequest& request, const Dataset& dataset, Bench& bench,
                   ValidityGate& gate, Progress& progress, const std::function<void(const std::string&)>& ended,
                   Explanation& result) {
  if (confirmed.images.empty()) return;  // nothing ran on unseen images
  result.coverage = represent(confirmed);
  UnseenOutcomes unseen = known_outcomes(confirmed, bench, gate);
  std::uint64_t spent_before = 0;
  const auto spent = [&] { return unseen.evaluations() - std::exchange(spent_before, unseen.evaluations()); };
  std::uint64_t left = request.allowance;

  const std::uint64_t attribute_limit = left / 2;
  progress.phase("attribute", attribute_limit);
  decide_needs_both(confirmed, unseen, request.catalogue, 2 * attribute_limit / 3, progress);
  result.attribute = spent();
  result.attribute +=
      measure_accuracy(confirmed, dataset, bench, gate, request.split_seed, (attribute_limit - result.attribute) / 2);
  share_among_genes(confirmed, unseen, attribute_limit - result.attribute, progress);
  result.attribute += spent();
  left -= result.attribute;
  ended("attribute");

  progress.phase("tolerance", 3 * left / 4);
  result.tolerance = tolerance_phase(
      confirmed, {request.space, request.catalogue, bench.guide().name, request.failure_limit, 3 * left / 4}, unseen,
      progress);
  result.tolerances = spent();
  left -= result.tolerances;
  ended("tolerance");

  progress.phase("interaction_map", left);
  result.interaction_map = interaction_map_phase(confirmed,
                                                 {request.space, request.catalogue, bench.guide().name,
                                                  request.finalists, request.candidates, result.tolerance, left},
                                                 unseen, progress);
  result.map = spent();
  ended("interaction_map");
}

}  // namespace robustcheck::app
