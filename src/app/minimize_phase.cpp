#include "robustcheck/app/minimize_phase.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>

#include "measurements.h"
#include "robustcheck/analysis/minimize.h"

namespace robustcheck::app {
namespace {

using analysis::Outcomes;
using search::Candidate;
using space::Variance;

constexpr std::size_t kTestImages = 64;
constexpr double kKept = 0.8;                  // share of rate and interaction that a smaller variance must keep
constexpr std::uint64_t kOrderingShare = 6;    // of the allowance: a sixth orders the two-sided candidates
constexpr std::uint64_t kCandidateShare = 15;  // one candidate may use a fifteenth at least, more when others left it
constexpr double kIdle = 0.03;    // V of a knob value alone, of which images at the boundary make up to 0.02
constexpr double kBeyond = 1.25;  // a larger variance must fail this much more often to be worth reporting

/// Every second image before the others: the first half is spread over classes and margins as all are.
std::vector<ImageIndex> halves_alike(const std::vector<ImageIndex>& ladder) {
  std::vector<ImageIndex> images;
  for (std::size_t first = 0; first < 2; ++first)
    for (std::size_t i = first; i < ladder.size(); i += 2) images.push_back(ladder[i]);
  return images;
}

/// What a smaller variance must keep.
struct Goal {
  std::string oracle;
  std::uint64_t failures = 0;         ///< of all test images
  std::optional<double> interaction;  ///< net, when the candidate's has an interval above 0
};

/// Stops as soon as the answer is certain; nullopt: the allowance ran out.
std::optional<bool> keeps_rate(Measurements& measurements, const Goal& goal, const Variance& variance) {
  const auto needed = static_cast<std::uint64_t>(std::ceil(kKept * static_cast<double>(goal.failures)));
  for (std::size_t count = Measurements::kChunk;; count += Measurements::kChunk) {
    const Outcomes* outcomes = measurements.measure(goal.oracle, variance, count);
    if (outcomes == nullptr) return std::nullopt;
    const std::uint64_t failed = analysis::failures(*outcomes);
    if (failed >= needed) return true;
    if (failed + (measurements.images() - outcomes->size()) < needed) return false;
  }
}

std::optional<bool> still_fails(Measurements& measurements, const Goal& goal, const Variance& variance) {
  const std::optional<bool> kept = keeps_rate(measurements, goal, variance);
  if (!kept || !*kept || !goal.interaction) return kept;
  if (!two_sided(variance)) return false;
  const auto found = measurements.attribution(goal.oracle, variance, measurements.images());
  if (!found) return std::nullopt;
  return found->interaction.value >= kKept * *goal.interaction;
}

struct Listed {
  Candidate candidate;
  std::optional<analysis::Attribution> attribution;
};

/// Three lists that take turns; what numeric and crash found goes before them.
struct Lists {
  std::deque<Listed> urgent, data, config, both;

  std::size_t size() const { return urgent.size() + data.size() + config.size() + both.size(); }
  std::optional<Listed> next() {
    std::deque<Listed>* const order[] = {&data, &config, &both};
    if (!urgent.empty()) return take(urgent);
    for (std::size_t i = 0; i < 3; ++i) {
      std::deque<Listed>& list = *order[turn_++ % 3];
      if (!list.empty()) return take(list);
    }
    return std::nullopt;
  }

 private:
  static Listed take(std::deque<Listed>& list) {
    Listed first = std::move(list.front());
    list.pop_front();
    return first;
  }
  std::size_t turn_ = 0;
};

Lists sorted_into_lists(const std::vector<Candidate>& candidates) {
  Lists lists;
  for (const Candidate& candidate : candidates) {
    if (always_on(candidate.oracle))
      lists.urgent.push_back({candidate, {}});
    else if (candidate.variance.config.empty())
      lists.data.push_back({candidate, {}});
    else if (candidate.variance.data.empty())
      lists.config.push_back({candidate, {}});
    else
      lists.both.push_back({candidate, {}});
  }
  return lists;
}

/// Candidates that surely exceed the failure limit first, and of these the ones with fewest genes: a simple failure
/// found first explains the larger ones that only contain it.
void order_by_simplicity(std::deque<Listed>& list, double failure_limit) {
  const auto rank = [&](const Listed& listed) {
    const bool sure = analysis::wilson(listed.candidate.failures, listed.candidate.images).low > failure_limit;
    return sure ? space::genes(listed.candidate.variance).size() : SIZE_MAX;
  };
  std::stable_sort(list.begin(), list.end(), [&](const Listed& a, const Listed& b) { return rank(a) < rank(b); });
}

/// Measures the net interaction of the most promising two-sided candidates (largest excess over their data alone, then
/// the simplest), as many as a sixth of the allowance pays for, and puts the largest first. Where the data alone or the
/// first images show none, no more is asked.
void order_by_interaction(std::deque<Listed>& both, Measurements& measurements) {
  const auto excess = [](const Listed& listed) { return listed.candidate.excess.value_or(-1.0); };
  std::stable_sort(both.begin(), both.end(), [&](const Listed& a, const Listed& b) { return excess(a) > excess(b); });
  measurements.allow(measurements.left() / kOrderingShare);
  for (Listed& listed : both) {
    const Outcomes* data = measurements.measure(listed.candidate.oracle, space::data_only(listed.candidate.variance),
                                                Measurements::kChunk);
    if (data == nullptr) break;
    const double alone = static_cast<double>(analysis::failures(*data)) / static_cast<double>(data->size());
    if (alone >= kKept * listed.candidate.failure_rate()) continue;  // the configuration adds next to nothing
    const auto measured = [&](std::size_t images) {
      return measurements.attribution(listed.candidate.oracle, listed.candidate.variance, images);
    };
    const auto first = measured(Measurements::kChunk);
    if (!first) break;
    if (first->interaction.value > 0.0) listed.attribution = measured(measurements.images());
  }
  const auto interaction = [](const Listed& listed) {
    return listed.attribution ? listed.attribution->interaction.value : -2.0;
  };
  std::stable_sort(both.begin(), both.end(),
                   [&](const Listed& a, const Listed& b) { return interaction(a) > interaction(b); });
}

struct Done {
  Finalist finalist;
  std::vector<std::string> genes;
  double rate = 0.0;
  double interaction = 0.0;  ///< net, where its interval is above 0
};

bool explains(const Done& done, const Listed& listed) {
  if (done.finalist.oracle != listed.candidate.oracle) return false;
  const std::vector<std::string> genes = space::genes(listed.candidate.variance);
  const auto has = [&](const std::string& gene) { return std::find(genes.begin(), genes.end(), gene) != genes.end(); };
  if (!std::all_of(done.genes.begin(), done.genes.end(), has)) return false;
  const bool interacts = listed.attribution && listed.attribution->interacts();
  if (interacts && listed.attribution->interaction.value > kBeyond * done.interaction) return false;
  return listed.candidate.failure_rate() < kBeyond * done.rate;
}

std::optional<Goal> goal_of(const Listed& listed, Measurements& measurements) {
  const Outcomes* start =
      measurements.measure(listed.candidate.oracle, listed.candidate.variance, measurements.images());
  if (start == nullptr) return std::nullopt;
  Goal goal{listed.candidate.oracle, analysis::failures(*start), {}};
  if (listed.attribution && listed.attribution->interacts()) goal.interaction = listed.attribution->interaction.value;
  return goal;
}

/// Without the knob values that alone move next to nothing: most of what a search adds to a failure is idle.
Variance without_idle(Variance variance, const std::vector<search::KnobEffect>& effects) {
  for (const search::KnobEffect& effect : effects) {
    const auto found = variance.config.find(effect.knob);
    if (effect.violation < kIdle && found != variance.config.end() && found->second == effect.value)
      variance.config.erase(found);
  }
  return variance;
}

Done reduce(const Listed& listed, const Goal& goal, const MinimizeRequest& request, Measurements& measurements) {
  const auto test = [&](const Variance& smaller) { return still_fails(measurements, goal, smaller); };
  const Variance busy = without_idle(listed.candidate.variance, request.knob_effects);
  const bool idle = busy != Variance{} && !(busy == listed.candidate.variance) && test(busy).value_or(false);
  const analysis::Minimized reduced = analysis::minimize(idle ? busy : listed.candidate.variance, request.space, test);
  Done done;
  done.finalist = {goal.oracle,
                   space::signature(goal.oracle, reduced.variance),
                   reduced.variance,
                   space::magnitude(reduced.variance, request.catalogue),
                   0.0,
                   reduced.minimal};
  done.genes = space::genes(reduced.variance);
  done.rate = static_cast<double>(goal.failures) / static_cast<double>(measurements.images());
  done.interaction = goal.interaction.value_or(0.0);
  done.finalist.severity = analysis::severity(goal.failures, measurements.images(), done.finalist.magnitude);
  return done;
}

/// Adds, or where the signature is there already keeps the milder of both. True when added.
bool merge(std::vector<Done>& all, Done done) {
  const auto same = std::find_if(
      all.begin(), all.end(), [&](const Done& other) { return other.finalist.signature == done.finalist.signature; });
  if (same == all.end()) {
    all.push_back(std::move(done));
    return true;
  }
  if (done.finalist.magnitude < same->finalist.magnitude) *same = std::move(done);
  return false;
}

}  // namespace

MinimizeOutcome minimize_phase(const std::vector<Candidate>& candidates, const MinimizeRequest& request, Bench& bench,
                               Progress& progress) {
  Measurements measurements(bench, halves_alike(search::telling_images(request.images, kTestImages)),
                            request.allowance);
  MinimizeOutcome outcome;
  std::vector<Done> done;
  progress.phase("minimise", request.allowance);
  Lists lists = sorted_into_lists(candidates);
  order_by_simplicity(lists.data, request.failure_limit);
  order_by_simplicity(lists.config, request.failure_limit);
  order_by_simplicity(lists.both, request.failure_limit);
  order_by_interaction(lists.both, measurements);
  while (done.size() < request.most) {
    const std::optional<Listed> listed = lists.next();
    if (!listed) break;
    if (std::any_of(done.begin(), done.end(), [&](const Done& other) { return explains(other, *listed); })) {
      ++outcome.explained;
      continue;
    }
    measurements.allow(
        std::max(measurements.left() / (request.most - done.size()), request.allowance / kCandidateShare));
    const std::optional<Goal> goal = goal_of(*listed, measurements);
    if (!goal) {
      ++outcome.not_minimised;
    } else if (goal->failures == 0) {
      ++outcome.not_reproduced;
    } else if (!merge(done, reduce(*listed, *goal, request, measurements))) {
      ++outcome.merged;
    }
    progress.update(measurements.spent(), std::to_string(done.size()) + " minimal variances");
  }
  outcome.not_minimised += lists.size();
  outcome.evaluations = measurements.spent();
  for (Done& one : done) outcome.finalists.push_back(std::move(one.finalist));
  std::stable_sort(outcome.finalists.begin(), outcome.finalists.end(),
                   [](const Finalist& a, const Finalist& b) { return a.severity > b.severity; });
  return outcome;
}

}  // namespace robustcheck::app
