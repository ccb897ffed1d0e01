#include "comparison.h"

#include <algorithm>
#include <utility>

#include "fields.h"
#include "robustcheck/base/text.h"

namespace robustcheck::report {
namespace {

/// Verdicts, the worst news first, in words.
const std::vector<std::pair<std::string, std::string>> kVerdicts = {
    {"worse", "worse"}, {"better", "better"}, {"fixed", "fixed"}, {"not_run", "not run"}, {"same", "the same"}};

}  // namespace

std::string comparison_in_words(const Json& report) {
  if (!at(report, "compared_with").is_object()) return "";
  if (at(at(report, "compared_with"), "same") == true)
    return "everything is the same: model, checkpoints, images, preprocessing and LibTorch are equal";
  const Json& rows = list(report, "baseline_variances");
  std::vector<std::string> parts;
  for (const auto& [verdict, words] : kVerdicts) {
    const auto count =
        std::count_if(rows.begin(), rows.end(), [&](const Json& row) { return text(row, "verdict") == verdict; });
    if (count > 0) parts.push_back(std::to_string(count) + " " + words);
  }
  return parts.empty() ? "neither run confirmed a variance" : join(parts, ", ");
}

std::vector<const Json*> told_rows(const Json& report) {
  std::vector<const Json*> told;
  for (const auto& [verdict, words] : kVerdicts)
    for (const Json& row : list(report, "baseline_variances"))
      if (verdict != "same" && text(row, "verdict") == verdict) told.push_back(&row);
  return told;
}

}  // namespace robustcheck::report
