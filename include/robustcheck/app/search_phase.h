#pragma once

#include <exception>
#include <filesystem>
#include <vector>

#include "robustcheck/app/image_ledger.h"
#include "robustcheck/app/judge.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/app/validity_gate.h"
#include "robustcheck/search/archive.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {

enum class Ending { complete, out_of_time, interrupted };

struct SearchOutcome {
  std::vector<search::Candidate> candidates;  ///< best first
  std::vector<WorstOfImage> per_image;        ///< empty in scope model
  std::exception_ptr error;                   ///< that ended it: not thrown, for what was found before
  std::uint64_t evaluations = 0;
  double strategy_seconds = 0.0;  ///< of ask() and tell(): never a result
  Ending ending = Ending::complete;
};

/// The strategy of a run: by name, or the one of --scope image. Throws Error{usage} with did-you-mean.
const search::StrategyEntry& strategy_of(const SearchOptions& options);

/// Lets the strategy spend its budget; `gate` makes what it asks for valid before any forward pass. Every candidate
/// that opens or improves a signature is a line of `journal`. In scope image candidates are ranked by what ran on the
/// telling images only (the others were chosen because they seemed likely to break), and a round is stale for
/// --patience when no image broke in it either.
SearchOutcome search_phase(const SearchOptions& options, const search::Problem& problem, const Dataset& dataset,
                           Bench& bench, ValidityGate& gate, const std::filesystem::path& journal, Progress& progress);

}  // namespace robustcheck::app
