#include "robustcheck/app/nothing_tested.h"

#include <algorithm>

#include "robustcheck/report/confirmation_words.h"

namespace robustcheck::app {
namespace {

std::uint64_t spent(const report::Report& report, const std::string& what) {
  const auto& budget = report.counts.budget;
  const auto found = std::find_if(budget.begin(), budget.end(), [&](const auto& entry) { return entry.first == what; });
  return found == budget.end() ? 0 : found->second;
}

}  // namespace

std::string nothing_tested(const report::Report& report) {
  if (spent(report, "evaluations") == 0 && !report.from_file)
    return "--budget " + std::to_string(spent(report, "limit")) + " is below one trial: nothing was searched";
  if (report.counts.not_tested > 0) return report::left_untested(report.counts);
  if (report.counterexamples.empty() && !report.confirmation.detectable_rate)
    return "on so few unseen images no failure could have been confirmed; give more images";
  if (report.corpus.is_null()) return "";
  if (report.corpus["cases"].empty()) return "the corpus holds no case: nothing was tested on it";
  if (const std::uint64_t cases = report.corpus["not_run"]; cases > 0)
    return std::to_string(cases) + " of " + std::to_string(report.corpus["cases"].size()) +
           " cases of the corpus could not be run";
  return "";
}

}  // namespace robustcheck::app
