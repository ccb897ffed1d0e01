#include "robustcheck/analysis/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "robustcheck/analysis/statistics.h"

namespace robustcheck::analysis {
namespace {

constexpr double kFalseDiscoveryRate = 0.05;
const std::vector<std::string> kNames = {"new",    "worse", "not run", "found only here", "not searched again",
                                         "better", "same",  "fixed"};

using Names = std::set<std::string>;

Names transforms_of(const Findings& findings) {
  Names names;
  for (const Json& row : findings.transforms) names.insert(row.value("transform", ""));
  return names;
}

/// What was asked for, "precision=bf16": with the values that this model or machine did not run.
Names wanted_values(const Findings& findings) {
  Names names;
  for (const Json& row : findings.knobs)
    for (const Json& value : row.at("values"))
      names.insert(row.value("knob", "") + "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
  for (const auto& [value, reason] : findings.unavailable) names.insert(value);
  return names;
}

bool one_failure_is_enough(const std::string& oracle) { return oracle == "numeric" || oracle == "crash"; }

Change change_of(const Pair& pair, bool differs, double failure_limit) {
  const auto above = [&](std::uint64_t failures) {
    return static_cast<double>(failures) > failure_limit * static_cast<double>(pair.images);
  };
  if (one_failure_is_enough(pair.oracle)) {
    if ((pair.here > 0) == (pair.there > 0)) return Change::same;
    return pair.there > 0 ? Change::fixed : pair.found_here ? Change::added : Change::worse;
  }
  if (!differs) return Change::same;
  if (pair.here > pair.there) return pair.found_here && !above(pair.there) ? Change::added : Change::worse;
  return above(pair.here) ? Change::better : Change::fixed;
}

/// On the images that both saw.
Pair pair_of(const Finding& before, const Finding& now) {
  Pair pair{now.oracle, true};
  for (std::size_t i = 0; i < std::min(before.outcomes.size(), now.outcomes.size()); ++i) {
    const char there = before.outcomes[i], here = now.outcomes[i];
    if (there == '.' || here == '.') continue;
    ++pair.images;
    pair.here += here == '1' ? 1 : 0;
    pair.there += there == '1' ? 1 : 0;
    pair.here_only += here == '1' && there == '0' ? 1 : 0;
    pair.there_only += here == '0' && there == '1' ? 1 : 0;
  }
  return pair;
}

std::string test_of(std::uint64_t images) { return "McNemar, " + std::to_string(images) + " shared images"; }

const Finding* find_same(const Findings& findings, const Finding& wanted) {
  for (const Finding& finding : findings.counterexamples)
    if (finding.oracle == wanted.oracle && finding.variance == wanted.variance) return &finding;
  return nullptr;
}

/// What the two reports say of variances that both hold; the rest was measured on one model only.
std::vector<Compared> matched(const Findings& before, const Findings& now) {
  std::vector<Compared> rows;
  std::vector<Pair> pairs;
  std::vector<std::size_t> place;
  for (const Finding& finding : now.counterexamples) {
    const Finding* old = before.dataset_sha256 == now.dataset_sha256 ? find_same(before, finding) : nullptr;
    rows.push_back({finding.signature, Change::here_only, true, std::nullopt, finding.failure, {}, "", "", ""});
    if (old == nullptr) continue;
    const Pair pair = pair_of(*old, finding);
    if (pair.images == 0) continue;
    rows.back().before = old->failure;
    rows.back().p_value = p_value(pair);
    rows.back().test = rows.back().p_value ? test_of(pair.images) : "";
    pairs.push_back(pair);
    place.push_back(rows.size() - 1);
  }
  const std::vector<Change> said = verdicts(pairs, now.failure_limit);
  for (std::size_t i = 0; i < said.size(); ++i) rows[place[i]].change = said[i];
  for (const Finding& finding : before.counterexamples)
    if (find_same(now, finding) == nullptr)
      rows.push_back({finding.signature, Change::not_again, false, finding.failure, std::nullopt, {}, "", "", ""});
  return rows;
}

void worst_first(std::vector<Compared>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Compared& a, const Compared& b) { return a.change < b.change; });
}

Pair pair_of(const ComparedVariance& row) {
  return {row.oracle,         row.found_here, row.here->images, row.here->count(),
          row.there->count(), row.here_only,  row.there_only};
}

}  // namespace

const std::string& name(Change change) { return kNames[static_cast<std::size_t>(change)]; }

std::optional<double> p_value(const Pair& pair) {
  if (one_failure_is_enough(pair.oracle)) return std::nullopt;
  return mcnemar_p_value(pair.here_only, pair.there_only);
}

std::vector<Change> verdicts(const std::vector<Pair>& pairs, double failure_limit) {
  std::vector<double> p_values;
  std::vector<std::size_t> place;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::optional<double> p = p_value(pairs[i]);
    if (!p) continue;
    p_values.push_back(*p);
    place.push_back(i);
  }
  std::vector<bool> differs(pairs.size(), false);
  const std::vector<bool> rejected = benjamini_hochberg(p_values, kFalseDiscoveryRate);
  for (std::size_t k = 0; k < place.size(); ++k) differs[place[k]] = rejected[k];
  std::vector<Change> changes;
  for (std::size_t i = 0; i < pairs.size(); ++i) changes.push_back(change_of(pairs[i], differs[i], failure_limit));
  return changes;
}

std::vector<Compared> compared_of(const Findings& now) {
  std::vector<Compared> rows;
  std::vector<Pair> pairs;
  std::vector<std::size_t> place;
  for (const ComparedVariance& row : now.baseline_variances) {
    rows.push_back(
        {row.signature, Change::not_run, row.found_here, row.there, row.here, {}, "", row.reason, row.description});
    if (!row.reason.empty()) continue;
    rows.back().change = Change::same;
    if (now.nothing_changed) continue;
    pairs.push_back(pair_of(row));
    place.push_back(rows.size() - 1);
  }
  const std::vector<Change> said = verdicts(pairs, now.failure_limit);
  for (std::size_t k = 0; k < said.size(); ++k) {
    Compared& row = rows[place[k]];
    row.change = said[k];
    row.p_value = p_value(pairs[k]);
    row.test = row.p_value ? test_of(pairs[k].images) : "";
  }
  worst_first(rows);
  return rows;
}

std::vector<Compared> compare(const Findings& before, const Findings& now) {
  if (!now.baseline_report.empty()) return compared_of(now);
  std::vector<Compared> rows = matched(before, now);
  if (same_deployment(before, now))
    for (Compared& row : rows)
      if (row.change != Change::here_only && row.change != Change::not_again) row.change = Change::same;
  worst_first(rows);
  return rows;
}

bool same_deployment(const Findings& before, const Findings& now) {
  return before.deployment == now.deployment && before.dataset_sha256 == now.dataset_sha256;
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
  if (!before.guide.empty() && !now.guide.empty() && before.guide != now.guide)
    return "--oracle was " + before.guide + " there and is " + now.guide + " here";
  return "";
}

std::string effort_difference(const Findings& before, const Findings& now) {
  if (!before.scope.empty() && !now.scope.empty() && before.scope != now.scope)
    return "--scope was " + before.scope + " there and is " + now.scope + " here";
  if (!before.strategy.empty() && !now.strategy.empty() && before.strategy != now.strategy)
    return "the strategy was " + before.strategy + " there and is " + now.strategy + " here";
  if (now.evaluations < before.evaluations)
    return "the search made " + std::to_string(now.evaluations) + " evaluations here and " +
           std::to_string(before.evaluations) + " there";
  return "";
}

std::vector<std::string> differences(const Findings& before, const Findings& now) {
  if (now.from_file) return {"the new report tested a file of variances (--candidates) and searched nothing"};
  std::vector<std::string> all;
  for (std::string difference : {space_difference(before, now), effort_difference(before, now)})
    if (!difference.empty()) all.push_back(std::move(difference));
  return all;
}

}  // namespace robustcheck::analysis
