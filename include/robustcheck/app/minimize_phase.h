#pragma once

#include <cstdint>
#include <vector>

#include "robustcheck/app/judge.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/search/archive.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {

/// A variance that goes to confirmation.
struct Finalist {
  std::string oracle;
  std::string signature;
  space::Variance variance;
  double magnitude = 0.0;
  double severity = 0.0;  ///< on the search half
  bool minimal = true;
};

struct MinimizeOutcome {
  std::vector<Finalist> finalists;  ///< best on the search half first
  std::uint64_t evaluations = 0;
  std::uint64_t explained = 0;       ///< candidates that contain a variance already minimised and add nothing
  std::uint64_t merged = 0;          ///< became equal in signature; the milder stayed
  std::uint64_t not_reproduced = 0;  ///< did not fail on the test images
  std::uint64_t not_minimised = 0;   ///< beyond the number of counterexamples asked for
};

struct MinimizeRequest {
  const space::Space& space;
  const space::Catalogue& catalogue;
  const std::vector<search::SearchImage>& images;  ///< search half
  std::uint64_t allowance = 0;                     ///< evaluations
  std::size_t most = 20;                           ///< finalists
  double failure_limit = 0.05;
  std::vector<search::KnobEffect> knob_effects = {};  ///< what the probe saw: idle values are tried away together
};

/// DESIGN "Meaning", Minimise: candidates in turn from data only, configuration only (simple ones first) and both (by
/// net interaction), each reduced while at least 80 % of its rate on the same 64 search images, and of its net
/// interaction, is kept.
MinimizeOutcome minimize_phase(const std::vector<search::Candidate>& candidates, const MinimizeRequest& request,
                               Bench& bench, Progress& progress);

}  // namespace robustcheck::app
