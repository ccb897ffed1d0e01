#include "comparison.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fields.h"
#include "robustcheck/base/text.h"

namespace robustcheck::report {
namespace {

/// Verdicts, the worst news first, in words.
const std::vector<std::pair<std::string, std::string>> kVerdicts = {
    {"worse", "worse"}, {"better", "better"}, {"fixed", "fixed"}, {"not_run", "not run"}, {"same", "the same"}};

/// Of the failure rate, up or down.
double change_of(const Json& row) {
  const auto here = number(at(row, "here"), "failure_rate"), there = number(at(row, "there"), "failure_rate");
  return here && there ? std::abs(*here - *there) : 0.0;
}

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
  for (const auto& [verdict, words] : kVerdicts) {
    const auto first = static_cast<std::ptrdiff_t>(told.size());
    for (const Json& row : list(report, "baseline_variances"))
      if (verdict != "same" && text(row, "verdict") == verdict) told.push_back(&row);
    std::stable_sort(told.begin() + first, told.end(),
                     [](const Json* a, const Json* b) { return change_of(*a) > change_of(*b); });
  }
  return told;
}

}  // namespace robustcheck::report
