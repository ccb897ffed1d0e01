#include "robustcheck/app/minimize_phase.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "measurements.h"
#include "robustcheck/analysis/minimize.h"
#include "robustcheck/app/screen_phase.h"
#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace {

using analysis::Outcomes;
using search::Candidate;
using space::Variance;

constexpr double kKept = 0.8;                  // share of rate and interaction that a smaller variance must keep
constexpr std::uint64_t kOrderingShare = 6;    // of the allowance: a sixth orders the two-sided candidates
constexpr std::uint64_t kCandidateShare = 15;  // one candidate may use a fifteenth at least, more when others left it
constexpr double kIdle = 0.03;     // V of a knob value alone, of which images at the boundary make up to 0.02
constexpr double kStandard = 0.5;  // images that this share of the candidates has seen

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
  std::uint64_t least = 1;            ///< that a smaller variance must keep
  std::optional<double> interaction;  ///< net, when the candidate's has an interval above 0
};

/// Stops as soon as the answer is certain; nullopt: the allowance ran out.
std::optional<bool> keeps_rate(Measurements& measurements, const Goal& goal, const Variance& variance) {
  for (std::size_t count = Measurements::kChunk;; count += Measurements::kChunk) {
    const Outcomes* outcomes = measurements.measure(goal.oracle, variance, count);
    if (outcomes == nullptr) return std::nullopt;
    const std::uint64_t failed = analysis::failures(*outcomes);
    if (failed >= goal.least) return true;
    if (failed + (measurements.images() - outcomes->size()) < goal.least) return false;
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
  std::size_t index = 0;
  std::optional<analysis::Attribution> attribution;

  double interaction() const { return attribution && attribution->interacts() ? attribution->interaction.value : 0.0; }
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
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Variance& variance = candidates[i].variance;
    std::deque<Listed>& list = always_on(candidates[i].oracle) ? lists.urgent
                               : variance.config.empty()       ? lists.data
                               : variance.data.empty()         ? lists.config
                                                               : lists.both;
    list.push_back({candidates[i], i, {}});
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

/// Images that most candidates were run on: what they have in common.
std::vector<ImageIndex> standard_images(const std::vector<Candidate>& candidates) {
  std::map<ImageIndex, std::size_t> count;
  for (const Candidate& candidate : candidates)
    for (const search::Seen& seen : candidate.seen) ++count[seen.image];
  std::vector<ImageIndex> images;
  for (const auto& [image, times] : count)
    if (static_cast<double>(times) > kStandard * static_cast<double>(candidates.size())) images.push_back(image);
  if (images.size() > kTestImages) images.resize(kTestImages);
  return images;
}

Finalist as_found(const Listed& listed) {
  return {listed.candidate, false, false, listed.index, {}, listed.interaction()};
}

std::optional<Goal> goal_of(const Listed& listed, const MinimizeRequest& request, Measurements& measurements) {
  const Outcomes* start =
      measurements.measure(listed.candidate.oracle, listed.candidate.variance, measurements.images());
  if (start == nullptr) return std::nullopt;
  Goal goal{listed.candidate.oracle, analysis::failures(*start), 1, {}};
  const auto share = [&](double part, double of) { return static_cast<std::uint64_t>(std::ceil(part * of)); };
  const auto images = static_cast<double>(measurements.images());
  goal.least = std::max<std::uint64_t>(1, share(kKept, static_cast<double>(goal.failures)));
  if (!always_on(goal.oracle))
    goal.least = std::max(goal.least, static_cast<std::uint64_t>(std::floor(request.failure_limit * images)) + 1);
  if (listed.interaction() > 0.0) goal.interaction = listed.interaction();
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

Finalist reduce(const Listed& listed, const Goal& goal, const MinimizeRequest& request, Measurements& measurements,
                const std::vector<ImageIndex>& standard) {
  const auto test = [&](const Variance& smaller) { return still_fails(measurements, goal, smaller); };
  const Variance busy = without_idle(listed.candidate.variance, request.knob_effects);
  const bool idle = busy != Variance{} && !(busy == listed.candidate.variance) && test(busy).value_or(false);
  const analysis::Minimized reduced = analysis::minimize(idle ? busy : listed.candidate.variance, request.space, test);
  Finalist result = as_found(listed);
  result.reduced = true;
  result.start_failures = goal.failures;
  result.minimal = reduced.minimal;
  const Outcomes& outcomes = measurements.known(goal.oracle, reduced.variance);
  result.failures = analysis::failures(outcomes);
  result.images = outcomes.size();
  if (reduced.variance == listed.candidate.variance) return result;
  result.variance = reduced.variance;
  result.signature = space::signature(goal.oracle, reduced.variance);
  result.magnitude = space::magnitude(reduced.variance, request.catalogue);
  measurements.allow(standard.size());
  result.seen = measurements.on(goal.oracle, reduced.variance, standard);
  return result;
}

/// Adds, or where the signature is there already keeps the milder of both.
void merge(std::vector<Finalist>& all, Finalist one) {
  const auto same =
      std::find_if(all.begin(), all.end(), [&](const Finalist& other) { return other.signature == one.signature; });
  if (same == all.end()) {
    all.push_back(std::move(one));
    return;
  }
  if (one.magnitude < same->magnitude) std::swap(*same, one);
  same->merged.push_back(one.candidate);
  same->merged.insert(same->merged.end(), one.merged.begin(), one.merged.end());
}

/// Minimises one of `waiting` candidates; false where that was not paid for or it does not fail on the test images.
bool minimise(const Listed& listed, std::size_t waiting, const MinimizeRequest& request, Measurements& measurements,
              const std::vector<ImageIndex>& standard, std::vector<Finalist>& done) {
  const std::size_t sharers = std::min(request.most - done.size(), waiting);
  measurements.allow(std::max(measurements.left() / sharers, request.allowance / kCandidateShare));
  const std::optional<Goal> goal = goal_of(listed, request, measurements);
  if (!goal || goal->failures < goal->least) return false;
  merge(done, reduce(listed, *goal, request, measurements, standard));
  return true;
}

Lists ordered_lists(const std::vector<Candidate>& candidates, const MinimizeRequest& request,
                    Measurements& measurements, MinimizeOutcome& outcome) {
  Lists lists = sorted_into_lists(candidates);
  for (std::deque<Listed>* list : {&lists.data, &lists.config, &lists.both})
    order_by_simplicity(*list, request.failure_limit);
  order_by_interaction(lists.both, measurements);
  for (const Listed& listed : lists.both) outcome.interactions[listed.index] = listed.interaction();
  return lists;
}

void minimise_all(const std::vector<Candidate>& candidates, const MinimizeRequest& request, Measurements& measurements,
                  MinimizeOutcome& outcome, Progress& progress) {
  Lists lists = ordered_lists(candidates, request, measurements, outcome);
  const std::vector<ImageIndex> standard = standard_images(candidates);
  std::vector<Finalist>& done = outcome.minimised;
  while (done.size() < request.most) {
    const std::optional<Listed> listed = lists.next();
    if (!listed) break;
    const Finalist found = as_found(*listed);
    const bool explained =
        std::any_of(done.begin(), done.end(), [&](const Finalist& other) { return explains(other, found); });
    if (explained || minimise(*listed, lists.size() + 1, request, measurements, standard, done))
      --outcome.not_minimised;
    progress.update(measurements.spent(), std::to_string(done.size()) + " minimal variances");
  }
}

}  // namespace

MinimizeOutcome minimize_phase(const std::vector<Candidate>& candidates, const MinimizeRequest& request, Bench& bench,
                               Progress& progress) {
  Measurements measurements(bench, halves_alike(search::telling_images(request.images, kTestImages)),
                            request.allowance);
  MinimizeOutcome outcome;
  outcome.interactions.assign(candidates.size(), 0.0);
  outcome.not_minimised = candidates.size();
  progress.phase("minimise", request.allowance);
  try {
    minimise_all(candidates, request, measurements, outcome, progress);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    outcome.stopped = true;
  }
  outcome.evaluations = measurements.spent();
  return outcome;
}

}  // namespace robustcheck::app
