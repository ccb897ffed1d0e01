#include "robustcheck/app/attribute_phase.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "robustcheck/analysis/represent.h"
#include "robustcheck/analysis/shapley.h"

namespace robustcheck::app {
namespace {

using analysis::Outcomes;
using space::Variance;

constexpr double kNearby[] = {0.9, 1.1};  // times the strength
constexpr std::size_t kMostGenes = 6;
constexpr std::size_t kFewestImages = 100;

/// All images if `evaluations` pay for them, else as many as they pay for; none below kFewestImages.
UnseenOutcomes::Positions affordable(const UnseenOutcomes& unseen, const std::string& oracle,
                                     const std::vector<Variance>& variances, std::uint64_t evaluations) {
  const std::size_t all = unseen.images();
  const std::uint64_t cost = unseen.cost(oracle, variances, unseen.spread(all));
  if (cost <= evaluations) return unseen.spread(all);
  const auto count = static_cast<std::size_t>(evaluations * all / cost);
  if (count < std::min(kFewestImages, all)) return {};
  UnseenOutcomes::Positions positions = unseen.spread(count);
  if (unseen.cost(oracle, variances, positions) > evaluations) return {};
  return positions;
}

/// Divides an allowance among counterexamples in order of rank; what one leaves goes to the next.
class Portions {
 public:
  Portions(const UnseenOutcomes& unseen, std::uint64_t allowance, std::size_t portions)
      : unseen_(unseen), end_(unseen.evaluations() + allowance), waiting_(portions) {}

  /// The first ranks may take twice an even part: many cost nothing.
  std::uint64_t next() {
    constexpr std::uint64_t kAhead = 2;
    const std::uint64_t left = end_ - unseen_.evaluations();
    return std::min(left, kAhead * left / waiting_--);
  }

 private:
  const UnseenOutcomes& unseen_;
  std::uint64_t end_;
  std::uint64_t waiting_;
};

/// Every strength at `factor` times its distance from neutral, within its registered range.
Variance scaled(Variance variance, double factor, const space::Catalogue& catalogue) {
  for (space::Step& step : variance.data) {
    const space::TransformInfo& info = catalogue.transform(step.transform, "variance");
    for (std::size_t i = 0; i < info.parameters.size(); ++i) {
      const space::Parameter& parameter = info.parameters[i];
      if (!parameter.strength) continue;
      const double value = parameter.neutral + factor * (step.values[i] - parameter.neutral);
      step.values[i] = std::clamp(parameter.integer ? std::round(value) : value, parameter.low, parameter.high);
    }
  }
  return space::canonical(std::move(variance), catalogue);
}

/// Both together and the data alone at each nearby strength, then the configuration alone.
std::vector<Variance> nearby(const Variance& variance, const space::Catalogue& catalogue) {
  std::vector<Variance> all;
  for (const double factor : kNearby) {
    const Variance both = scaled(variance, factor, catalogue);
    all.push_back(both);
    all.push_back(space::data_only(both));
  }
  all.push_back(space::config_only(variance));
  return all;
}

bool interacts_nearby(const std::vector<Outcomes>& outcomes) {
  for (std::size_t i = 0; i < std::size(kNearby); ++i)
    if (analysis::attribute(outcomes[2 * i + 1], outcomes.back(), outcomes[2 * i]).interaction.value <= 0.0)
      return false;
  return true;
}

/// By Benjamini-Hochberg over all tested variances with two sides; those whose sides were not told apart count with
/// p = 1.
std::vector<bool> significant_interactions(const ConfirmOutcome& outcome) {
  std::vector<double> family;
  std::vector<std::size_t> places;
  const auto add = [&](const Confirmed& one) {
    if (two_sided(one.found.variance)) family.push_back(one.found.attribution ? one.found.attribution->p_value : 1.0);
  };
  for (const Confirmed& one : outcome.confirmed) {
    places.push_back(family.size());
    add(one);
  }
  for (const Confirmed& one : outcome.others) add(one);
  const std::vector<bool> rejected = analysis::benjamini_hochberg(family, kFalseDiscoveryRate);
  std::vector<bool> result;
  for (std::size_t i = 0; i < outcome.confirmed.size(); ++i)
    result.push_back(two_sided(outcome.confirmed[i].found.variance) && rejected[places[i]]);
  return result;
}

/// What a subset of the genes is: steps first, then knobs, in their order; bit i = gene i.
Variance coalition(const Variance& variance, std::size_t members) {
  Variance subset{{}, {}, variance.seed};
  std::size_t gene = 0;
  const auto joins = [&] { return (members >> gene++ & 1U) != 0; };
  for (const space::Step& step : variance.data)
    if (joins()) subset.data.push_back(step);
  for (const auto& [knob, value] : variance.config)
    if (joins()) subset.config[knob] = value;
  subset.config = space::compatible(std::move(subset.config), space::Space{});
  return subset;
}

std::vector<Variance> coalitions(const Variance& variance, std::size_t genes) {
  std::vector<Variance> all;
  for (std::size_t members = 0; members < std::size_t{1} << genes; ++members)
    all.push_back(coalition(variance, members));
  all.back() = variance;
  return all;
}

std::vector<std::string> gene_names(const Variance& variance) {
  std::vector<std::string> names;
  for (const space::Step& step : variance.data) names.push_back(step.transform);
  for (const auto& [knob, value] : variance.config) names.push_back(knob + "=" + value);
  return names;
}

std::vector<report::GeneShare> shares(const std::vector<std::string>& names, const std::vector<Outcomes>& outcomes) {
  std::vector<double> worth;
  for (const Outcomes& one : outcomes) worth.push_back(analysis::rate(one));
  if (worth.back() <= 0.0) return {};
  const std::vector<double> values = analysis::shapley_values(names.size(), worth);
  std::vector<report::GeneShare> result;
  for (std::size_t i = 0; i < names.size(); ++i) result.push_back({names[i], values[i] / worth.back()});
  std::stable_sort(result.begin(), result.end(),
                   [](const report::GeneShare& a, const report::GeneShare& b) { return a.share > b.share; });
  return result;
}

void share_among_genes_of(report::Counterexample& found, UnseenOutcomes& unseen, std::uint64_t evaluations) {
  const std::vector<std::string> names = gene_names(found.variance);
  if (names.size() > kMostGenes)
    found.genes_reason = "more than " + std::to_string(kMostGenes) + " genes";
  else if (found.oracle == "crash" && names.size() > 1)
    found.genes_reason = "a crash is not shared out";
  else
    found.genes_reason = report::kAllowance;
  if (found.genes_reason != report::kAllowance) return;
  const std::vector<Variance> variances = coalitions(found.variance, names.size());
  const UnseenOutcomes::Positions positions = affordable(unseen, found.oracle, variances, evaluations);
  if (positions.empty()) return;
  found.genes = shares(names, unseen.measure(found.oracle, variances, positions));
  found.genes_images = found.genes.empty() ? 0 : positions.size();
  found.genes_reason = found.genes.empty() ? "nothing fails on the images that it was measured on" : "";
}

}  // namespace

void decide_needs_both(ConfirmOutcome& confirmed, UnseenOutcomes& unseen, const space::Catalogue& catalogue,
                       std::uint64_t allowance, Progress& progress) {
  std::vector<report::Counterexample*> interacting;
  const std::vector<bool> significant = significant_interactions(confirmed);
  for (std::size_t i = 0; i < confirmed.confirmed.size(); ++i) {
    report::Counterexample& found = confirmed.confirmed[i].found;
    if (!found.attribution) continue;
    if (significant[i] && found.attribution->interacts()) {
      interacting.push_back(&found);
      continue;
    }
    found.needs_both = false;
    found.needs_both_reason = "no interaction beyond chance";
  }
  Portions portions(unseen, allowance, interacting.size());
  for (report::Counterexample* found : interacting) {
    const std::vector<Variance> variances = nearby(found->variance, catalogue);
    const UnseenOutcomes::Positions positions = affordable(unseen, found->oracle, variances, portions.next());
    found->needs_both_reason = positions.empty() ? report::kAllowance : "";
    if (positions.empty()) continue;
    found->needs_both = interacts_nearby(unseen.measure(found->oracle, variances, positions));
    if (!*found->needs_both) found->needs_both_reason = "no interaction at nearby strengths";
    progress.update(unseen.evaluations());
  }
}

void share_among_genes(ConfirmOutcome& confirmed, UnseenOutcomes& unseen, std::uint64_t allowance, Progress& progress) {
  Portions portions(unseen, allowance, confirmed.confirmed.size());
  for (Confirmed& one : confirmed.confirmed) {
    share_among_genes_of(one.found, unseen, portions.next());
    progress.update(unseen.evaluations());
  }
}

std::optional<report::Coverage> represent(ConfirmOutcome& confirmed) {
  std::vector<analysis::Covering> all;
  for (const Confirmed& one : confirmed.confirmed) all.push_back({one.failing.front(), one.found.severity()});
  const std::vector<std::size_t> order = analysis::representative_order(all);
  for (std::size_t place = 0; place < order.size(); ++place)
    confirmed.confirmed[order[place]].found.representative = place + 1;
  std::vector<std::size_t> ranks(all.size());
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  const std::vector<double> by_rank = analysis::covered_shares(all, ranks);
  for (std::size_t i = 0; i < by_rank.size(); ++i) confirmed.confirmed[i].found.covers = by_rank[i];
  const std::vector<double> covered = analysis::covered_shares(all, order);
  if (covered.empty()) return std::nullopt;
  const auto first = [&](std::size_t count) { return covered[std::min(count, covered.size()) - 1]; };
  return report::Coverage{first(5), first(10), first(20)};
}

}  // namespace robustcheck::app
