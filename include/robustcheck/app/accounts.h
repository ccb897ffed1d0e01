#pragma once

#include <cstdint>
#include <vector>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/screen_phase.h"
#include "robustcheck/report/report.h"

namespace robustcheck::app {

/// What became of every candidate above the limit: confirmed + unconfirmed + explained + merged + not_reproduced +
/// not_tested are all of them.
struct Accounts {
  std::uint64_t candidates = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t unconfirmed = 0;
  std::uint64_t explained = 0;
  std::uint64_t merged = 0;  ///< explained by one whose minimised form has the same signature and is no stronger
  std::uint64_t not_reproduced = 0;
  std::uint64_t not_tested = 0;
  std::uint64_t not_run = 0;              ///< of these: a value of a knob is not to be had here
  std::uint64_t evaluations_missing = 0;  ///< that testing the rest on the fewest images would take
};
/// `finalists` of `confirmed` may be empty: the run ended before.
Accounts account(const ScreenOutcome& screened, const ConfirmOutcome& confirmed);

/// A row for everything above the limit that is no counterexample in full, and for every further test: in the order of
/// the finalists, then what was not brought to enough images.
std::vector<report::Kind> kinds_of(const ScreenOutcome& screened, const ConfirmOutcome& confirmed,
                                   const space::Catalogue& catalogue);

/// How confirmation decided, and which failure rate it would have confirmed. `most_images`: those that a test would
/// have had where none was made.
report::Confirmation confirmation_of(const ConfirmOutcome& confirmed, double failure_limit, std::size_t most_images,
                                     bool stopped);

}  // namespace robustcheck::app
