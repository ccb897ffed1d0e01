#pragma once

#include <cstdint>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/unseen_outcomes.h"
#include "robustcheck/base/dataset.h"

namespace robustcheck::app {

/// Evaluations are counted by `unseen`; `allowance` bounds them. Counterexamples in order of rank: the first ones are
/// explained first.

/// "Needs both": the net interaction's interval is above 0, its one-sided exact McNemar test passes Benjamini-Hochberg
/// at 5 % over all tested variances with two sides, and the interaction is above 0 at 0.9 and at 1.1 times the strength
/// of every data step (within the registered range) too. On all confirmation images or, where the allowance is short,
/// on as few as 100 of them, spread evenly; else not decided.
void decide_needs_both(ConfirmOutcome& confirmed, UnseenOutcomes& unseen, const space::Catalogue& catalogue,
                       std::uint64_t allowance, Progress& progress);

/// Exact Shapley values of the genes of each counterexample, as shares of its failure rate: every subset of its genes
/// is run. Up to 6 genes, on all confirmation images or, where the allowance is short, on as few as 100 of them, spread
/// evenly; else `genes` stays empty. With one gene it costs nothing. A coalition's chain keeps the order of its steps;
/// a knob does nothing without the knob it needs. Not for `crash` with more than one gene: each run may kill a worker.
void share_among_genes(ConfirmOutcome& confirmed, UnseenOutcomes& unseen, std::uint64_t allowance, Progress& progress);

/// `covers` in order of rank, `representative` (place in the order of greedy coverage, weighted by severity) and the
/// coverage of the first 5, 10 and 20 in that order. Costs nothing. None where nothing fails.
std::optional<report::Coverage> represent(ConfirmOutcome& confirmed);

}  // namespace robustcheck::app
