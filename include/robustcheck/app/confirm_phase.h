#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "robustcheck/app/judge.h"
#include "robustcheck/app/minimize_phase.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/validity_gate.h"
#include "robustcheck/report/report.h"

namespace robustcheck::app {

struct ConfirmRequest {
  const space::Catalogue& catalogue;
  const std::vector<search::SearchImage>& images;  ///< eligible images of the confirmation half
  std::uint64_t allowance = 0;                     ///< evaluations
  std::size_t confirm_images = 500;
  double failure_limit = 0.05;
  std::uint64_t reserve = 0;  ///< of the allowance, for what explains: costs images, never a candidate
};

/// A counterexample with what was measured on the confirmation images.
struct Confirmed {
  report::Counterexample found;
  std::vector<space::Variance> variances;   ///< itself and, where it has two sides, its data and its config alone
  std::vector<analysis::Outcomes> failing;  ///< of these, per confirmation image
  std::vector<ImageIndex> violating;        ///< worst first
  std::vector<std::uint8_t> wrong;          ///< per confirmation image: prediction is not the label, on a valid picture
};

struct ConfirmOutcome {
  std::vector<Confirmed> confirmed;  ///< ranked
  std::vector<ImageIndex> images;    ///< the confirmation images used
  std::uint64_t evaluations = 0;
  std::uint64_t unconfirmed = 0;
  std::uint64_t not_tested = 0;  ///< the allowance did not reach
};

/// DESIGN "Meaning": every finalist is tested once on the same unseen images; exact binomial test against the failure
/// limit, Benjamini-Hochberg at 5 %; numeric and crash need one image that fails twice. An image whose picture `gate`
/// finds invalid counts as one that does not fail. Then attribution and rank.
ConfirmOutcome confirm_phase(const std::vector<Finalist>& finalists, const ConfirmRequest& request, Session& session,
                             Bench& bench, ValidityGate& gate, Progress& progress);

/// Accuracy under the worst of all confirmed counterexamples, over the confirmation half: images wrong at the reference
/// count as wrong, in the proportion in which the confirmation images were drawn. Null without labels.
std::optional<report::RobustAccuracy> robust_accuracy(const ConfirmOutcome& outcome, const Dataset& dataset,
                                                      const Bench& bench, std::uint64_t split_seed);

}  // namespace robustcheck::app
