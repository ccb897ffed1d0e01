#pragma once

#include <string>
#include <vector>

#include "robustcheck/app/confirm_phase.h"

namespace robustcheck::app {

/// Eight hexadecimal digits of what a counterexample is.
std::string identity(const std::string& oracle, const space::Variance& variance, const space::Catalogue& catalogue);

/// Over `images` confirmation images, 0 where it was not run: `outcomes` are those at `positions`.
analysis::Outcomes spread_out(const analysis::Outcomes& outcomes, const std::vector<std::size_t>& positions,
                              std::size_t images);

struct UnseenRequest {
  std::size_t index = 0;  ///< becomes Confirmed::finalist
  const Finalist* finalist = nullptr;
  std::vector<std::size_t> positions;  ///< of the confirmation images that it runs on
};

/// One run of each finalist on its images of `all`, in one call: rate, interval, p-value, worst class and the images
/// that fail.
std::vector<Confirmed> measure_unseen(const std::vector<UnseenRequest>& requests, const std::vector<ImageIndex>& all,
                                      const ConfirmRequest& request, Session& session, Bench& bench,
                                      ValidityGate& gate);

}  // namespace robustcheck::app
