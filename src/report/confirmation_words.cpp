#include "robustcheck/report/confirmation_words.h"

#include <cmath>

#include "robustcheck/base/text.h"

namespace robustcheck::report {
namespace {

/// "5 %", "9.8 %": no more decimals than it has, at most one.
std::string short_percent(double share) { return shortest(std::round(1000.0 * share) / 10.0) + " %"; }

std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string nothing_confirmed(double failure_limit, const Confirmation& confirmation) {
  const std::string limit = short_percent(failure_limit);
  const std::string tests = counted(confirmation.tests, "test");
  std::string text = confirmation.tests == 0 ? "nothing was met that fails above " + limit
                                             : "no failure above " + limit + " confirmed in " + tests + " on " +
                                                   std::to_string(confirmation.images) + " unseen images";
  if (!confirmation.detectable_rate) return text + "; these are too few images for any failure to be confirmed";
  return text + "; a tested variance that fails on " + short_percent(*confirmation.detectable_rate) +
         (confirmation.tests == 0 ? " would have been confirmed" : " would have been") + " (probability 0.8)";
}

std::string left_untested(const Counts& counts) {
  if (counts.not_tested == 0) return "";
  std::string text = std::to_string(counts.not_tested) + " of " + counted(counts.candidates, "candidate") +
                     (counts.not_run == 0 ? " above the limit were not tested" : " were not tested");
  if (counts.not_run > 0) text += "; " + std::to_string(counts.not_run) + " cannot be tested here (kinds says why)";
  if (counts.after_needed > 0) text += "; --after-budget " + std::to_string(counts.after_needed) + " would do";
  return text;
}

}  // namespace robustcheck::report
