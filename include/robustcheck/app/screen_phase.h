#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "robustcheck/app/judge.h"
#include "robustcheck/app/progress.h"
#include "robustcheck/search/archive.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {

/// Images of the search half on which a candidate must be above the failure limit, and on which minimising tests.
inline constexpr std::size_t kTestImages = 64;

/// What becomes of the candidates that fail more often than the limit on the images where the search met them, of which
/// there are above + unpaid + not_run + not_reproduced. Any failure of numeric or crash is above the limit.
struct ScreenOutcome {
  struct NotRun {
    search::Candidate candidate;
    std::string reason;
  };

  std::vector<search::Candidate> above;   ///< on 64 images too, or whatever the missing ones say; most severe first
  std::vector<search::Candidate> unpaid;  ///< met on fewer images, and the allowance or the run ended
  std::vector<NotRun> not_run;            ///< of a file: a value of a knob is not to be had here
  std::uint64_t not_reproduced = 0;       ///< not above it on 64 images
  std::uint64_t evaluations = 0;
  bool stopped = false;

  std::uint64_t candidates() const { return above.size() + unpaid.size() + not_run.size() + not_reproduced; }
};

struct ScreenRequest {
  const std::vector<search::SearchImage>& images;  ///< search half
  double failure_limit = 0.05;
  std::uint64_t allowance = 0;  ///< evaluations
  std::uint64_t test_cost = 0;  ///< of confirming one more candidate above the limit
};

/// Without a forward pass: whatever more images would decide is `unpaid`.
ScreenOutcome sort_out(const std::vector<search::Candidate>& candidates, const ScreenRequest& request);

/// Brings what sort_out left open to 64 images of the search half, strongest first, until its answer is certain. An
/// interrupt keeps what was decided.
void screen_phase(ScreenOutcome& outcome, const ScreenRequest& request, Bench& bench, Progress& progress);

}  // namespace robustcheck::app
