#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/app/finalist.h"
#include "robustcheck/app/judge.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/validity_gate.h"
#include "robustcheck/report/report.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {

/// What a policy adds to what must be tested; empty: nothing.
struct Strictness {
  std::function<bool(const Finalist&)> could_break;           ///< a rule, by its own rate on the search half
  std::function<bool(const std::string& signature)> allowed;  ///< as a finding, so that it explains nothing
};

struct ConfirmRequest {
  const space::Catalogue& catalogue;
  const std::vector<search::SearchImage>& images;  ///< eligible images of the confirmation half
  std::uint64_t allowance = 0;                     ///< evaluations
  std::size_t confirm_images = 500;
  double failure_limit = 0.05;
  std::uint64_t reserve = 0;  ///< of the allowance, for what explains: costs images, never a candidate
  std::size_t most = 20;      ///< counterexamples in full
  Strictness strictness = {};
  bool every = false;  ///< --candidates: every one is tested, with equally many images; only its own minimised form
                       ///< explains one
};

/// A tested finalist with what was measured on the confirmation images.
struct Confirmed {
  std::size_t finalist = 0;
  report::Counterexample found;
  std::vector<std::size_t> positions;       ///< of the confirmation images that it was tested on
  std::vector<space::Variance> variances;   ///< itself and, once attributed, its data and its config alone
  std::vector<analysis::Outcomes> failing;  ///< of these, per confirmation image; 0 where it was not tested
  std::vector<ImageIndex> violating;        ///< worst first
  std::vector<std::uint8_t> wrong;          ///< per confirmation image: prediction is not the label, on a valid picture
};

struct ConfirmOutcome {
  std::vector<Finalist> finalists;
  std::vector<analysis::Hypothesis> hypotheses;  ///< one per finalist
  analysis::Decision decision;
  double interval_level = 0.95;      ///< of ci95, but for what repetition decides
  std::vector<Confirmed> confirmed;  ///< in full, ranked
  std::vector<Confirmed> others;     ///< tested, and not confirmed or beyond the number in full
  std::vector<ImageIndex> images;    ///< the confirmation images used; all that would be, where nothing was to test
  std::uint64_t evaluations = 0;
  bool stopped = false;
  std::exception_ptr error;  ///< that stopped it: not thrown, for what was tested before
};

/// Fewest unseen images of a test (fewer only where there are no more).
inline constexpr std::size_t kFewestConfirmImages = 100;
inline constexpr double kFalseDiscoveryRate = 0.05;

/// Evaluations that testing takes at least: what nothing could explain, on the fewest images.
std::uint64_t least_cost(const std::vector<Finalist>& finalists, const ConfirmRequest& request);

/// DESIGN "Meaning": every finalist is tested once on unseen images or explained by a confirmed one: first those that
/// nothing could explain, then what an unconfirmed one leaves unexplained; as many images as the allowance pays for,
/// down to 100, before one stays untested. Exact binomial test against the failure limit, weighted Benjamini-Hochberg
/// at 5 %; numeric and crash need one image that fails twice. An image whose picture `gate` finds invalid counts as one
/// that does not fail. Then attribution and rank. An interrupt keeps what was tested, by the rule for stopped runs.
ConfirmOutcome confirm_phase(std::vector<Finalist> finalists, const ConfirmRequest& request, Session& session,
                             Bench& bench, ValidityGate& gate, Progress& progress);

/// Decides anew, as complete or by the rule for stopped runs, and shares the tested ones out between `confirmed` (at
/// most `most`, minimised ones first, ranked) and `others`.
void settle(ConfirmOutcome& outcome, std::size_t most, bool stopped);

/// Accuracy under the worst of all that was confirmed, over the confirmation images that each of them was run on;
/// images wrong at the reference count as wrong, in the proportion in which the confirmation images were drawn. Null
/// without labels.
std::optional<report::RobustAccuracy> robust_accuracy(const ConfirmOutcome& outcome, const Dataset& dataset,
                                                      const Bench& bench, std::uint64_t split_seed);

}  // namespace robustcheck::app
