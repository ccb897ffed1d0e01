#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "robustcheck/analysis/family.h"
#include "robustcheck/base/proportion.h"
#include "robustcheck/search/archive.h"

namespace robustcheck::app {

/// A variance that confirmation tests or explains: a candidate above the limit as the search found it, or its minimised
/// form. Counts are those of the search half.
struct Finalist : search::Candidate {
  bool minimal = false;
  bool reduced = false;              ///< by minimising, which may have changed nothing or not have ended
  std::size_t candidate = 0;         ///< which of the candidates above the limit it stands for
  std::vector<std::size_t> merged;   ///< further ones that have this variance, or this signature and are no milder
  double interaction = 0.0;          ///< net, where its interval is above 0
  std::uint64_t start_failures = 0;  ///< of the candidate on the `images` that minimising tests on; 0 where not reduced

  double severity() const { return robustcheck::severity(failures, images, magnitude); }
};

/// DESIGN "Meaning": the larger one has all genes of the smaller one, less than 1.25 times its rate on the images that
/// both were run on, and no interaction beyond it. Nothing is said without 16 common images.
bool explains(const Finalist& smaller, const Finalist& larger);

/// What confirmation has to deal with: the minimised forms, most severe first, then every candidate that is none of
/// them as it was found. `interactions`: net, per candidate.
std::vector<Finalist> all_finalists(const std::vector<search::Candidate>& candidates, std::vector<Finalist> minimised,
                                    std::span<const double> interactions);

/// One hypothesis per finalist. A minimised form explains the candidates that it stands for; else, unless `own_only`,
/// explains() says, where the explainer has fewer genes or comes first.
std::vector<analysis::Hypothesis> hypotheses_of(const std::vector<Finalist>& finalists, bool own_only = false);

}  // namespace robustcheck::app
