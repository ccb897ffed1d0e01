#include "robustcheck/analysis/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "robustcheck/analysis/statistics.h"
namespace robustcheck::analysis {
namespace {

constexpr double kFalseDiscoveryRate = 0.05;
const std::vector<std::string> kNames = {"new", "worse", "better", "same", "fixed", "gone"};

using Names = std::set<std::string>;

Names transforms_of(const Findings& findings) {
  Names names;
  for (const Json& row : findings.transforms) names.insert(row.value("transform", ""));
  return names;
}

/// "precision=bf16" for every value that the run searched.
Names searched_values(const Findings& findings) {
  Names names;
  for (const Json& row : findings.knobs)
    for (const Json& value : row.at("values"))
      names.insert(row.value("knob", "") + "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
  return names;
}

/// What was asked for: with the values that this model or machine did not run.
Names wanted_values(const Findings& findings) {
  Names names = searched_values(findings);
  for (const auto& [value, reason] : findings.unavailable) names.insert(value);
  return names;
}

bool searched_again(const Finding& finding, const Findings& now) {
  const Names transforms = transforms_of(now), values = searched_values(now);
  return std::all_of(finding.variance.data.begin(), finding.variance.data.end(),
                     [&](const space::Step& step) { return transforms.contains(step.transform); }) &&
         std::all_of(finding.variance.config.begin(), finding.variance.config.end(),
                     [&](const auto& knob) { return values.contains(knob.first + "=" + knob.second); });
}

/// Violated or not, of the images that both saw.
struct Shared {
  std::uint64_t images = 0, before_only = 0, now_only = 0;
};

Shared shared_images(const Finding& before, const Finding& now) {
  Shared shared;
  for (std::size_t i = 0; i < std::min(before.outcomes.size(), now.outcomes.size()); ++i) {
    const char old_letter = before.outcomes[i], letter = now.outcomes[i];
    if (old_letter == '.' || letter == '.') continue;
    ++shared.images;
    if (old_letter > letter) ++shared.before_only;
    if (old_letter < letter) ++shared.now_only;
  }
  return shared;
}

Compared in_both(const Finding& before, const Finding& now, bool same_images) {
  Compared row{now.signature, Change::same, before.failure, now.failure};
  const Shared shared = same_images ? shared_images(before, now) : Shared{};
  if (shared.images > 0) {
    row.p_value = mcnemar_p_value(shared.before_only, shared.now_only);
    row.test = "McNemar, " + std::to_string(shared.images) + " shared images";
    row.change = shared.now_only > shared.before_only ? Change::worse : Change::better;
  } else {
    row.p_value =
        fisher_p_value(before.failure.count(), before.failure.images, now.failure.count(), now.failure.images);
    row.test = "Fisher, by counts";
    row.change = now.failure.rate > before.failure.rate ? Change::worse : Change::better;
  }
  return row;
}

/// Those that the test does not tell apart are the same.
void settle(std::vector<Compared>& rows) {
  std::vector<double> p_values;
  for (const Compared& row : rows) p_values.push_back(row.p_value);
  const std::vector<bool> differs = benjamini_hochberg(p_values, kFalseDiscoveryRate);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!differs[i]) rows[i].change = Change::same;
}

const Finding* find(const Findings& findings, const std::string& signature) {
  for (const Finding& finding : findings.counterexamples)
    if (finding.signature == signature) return &finding;
  return nullptr;
}

double log_choose(std::uint64_t n, std::uint64_t k) {
  const auto a = static_cast<double>(n), b = static_cast<double>(k);
  return std::lgamma(a + 1.0) - std::lgamma(b + 1.0) - std::lgamma(a - b + 1.0);
}

}  // namespace

const std::string& name(Change change) { return kNames[static_cast<std::size_t>(change)]; }

std::vector<Compared> compare(const Findings& before, const Findings& now) {
  std::vector<Compared> rows;
  const bool same_images = before.dataset_sha256 == now.dataset_sha256;
  for (const Finding& finding : now.counterexamples)
    if (const Finding* old = find(before, finding.signature)) rows.push_back(in_both(*old, finding, same_images));
  settle(rows);
  for (const Finding& finding : now.counterexamples)
    if (find(before, finding.signature) == nullptr)
      rows.push_back({finding.signature, Change::added, std::nullopt, finding.failure});
  for (const Finding& finding : before.counterexamples)
    if (find(now, finding.signature) == nullptr)
      rows.push_back({finding.signature, searched_again(finding, now) ? Change::fixed : Change::gone, finding.failure,
                      std::nullopt});
  std::stable_sort(rows.begin(), rows.end(), [](const Compared& a, const Compared& b) { return a.change < b.change; });
  return rows;
}

double fisher_p_value(std::uint64_t first, std::uint64_t first_total, std::uint64_t second,
                      std::uint64_t second_total) {
  const std::uint64_t total = first_total + second_total, violated = first + second;
  const auto probability = [&](std::uint64_t k) {
    return std::exp(log_choose(first_total, k) + log_choose(second_total, violated - k) - log_choose(total, violated));
  };
  constexpr double kTie = 1.0 + 1e-7;  // as R's fisher.test: equal but for rounding
  const double observed = probability(first) * kTie;
  double p_value = 0.0;
  const std::uint64_t least = violated > second_total ? violated - second_total : 0;
  for (std::uint64_t k = least; k <= std::min(first_total, violated); ++k)
    if (probability(k) <= observed) p_value += probability(k);
  return std::min(1.0, p_value);
}

Estimate independent_difference(const Measured& first, const Measured& second) {
  const double difference = first.rate - second.rate;
  const auto width = [](double x, double y) { return std::sqrt(x * x + y * y); };
  return {difference,
          {std::max(-1.0, difference - width(first.rate - first.ci95.low, second.ci95.high - second.rate)),
           std::min(1.0, difference + width(first.ci95.high - first.rate, second.rate - second.ci95.low))}};
}

std::string space_difference(const Findings& before, const Findings& now) {
  if (transforms_of(before) != transforms_of(now)) return "other transforms were searched";
  const auto ranges = [](const Findings& findings) {
    std::map<std::string, std::string> text;
    for (const Json& row : findings.transforms) text[row.value("transform", "")] = row.dump();
    return text;
  };
  if (ranges(before) != ranges(now)) return "a transform was searched over another range";
  if (wanted_values(before) != wanted_values(now)) return "other knob values were searched";
  if (before.failure_limit != now.failure_limit) return "--failure-limit was another";
  return "";
}

}  // namespace robustcheck::analysis
