#include "robustcheck/app/repeatability.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "robustcheck/app/scores.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;

constexpr std::size_t kRegrouped = 64;          // images that get another company
constexpr std::size_t kAlone = 20;              // each costs a whole batch
constexpr double kNoiseTolerance = 1e-3;        // of the median log odds: equal runs may differ by rounding
constexpr double kProbabilityTolerance = 1e-4;  // and by this in a probability
constexpr double kBatchTolerance = 1e-4;        // of the median log odds: another kernel per batch, not more
constexpr std::size_t kFlipsAllowed = 20;       // one answer in so many

/// How two runs of the same images differ.
struct Difference {
  double score = 0.0;        ///< largest, of any score
  double odds = 0.0;         ///< largest, of the log odds of the reference's two most probable classes
  double probability = 0.0;  ///< largest, of one of these two classes
  std::size_t flips = 0, images = 0;
};

double log_margin(const Observation& observed) {
  const int second = observed.answered() ? observed.best_other_than(observed.predicted) : -1;
  return second < 0 ? 0.0 : observed.log_odds(observed.predicted, second);
}

/// 0 where no image has finite odds.
double median_log_margin(const std::vector<Observation>& observations) {
  std::vector<double> margins;
  for (const Observation& observed : observations)
    if (const double margin = log_margin(observed); observed.answered() && std::isfinite(margin))
      margins.push_back(margin);
  if (margins.empty()) return 0.0;
  const auto middle = margins.begin() + static_cast<std::ptrdiff_t>(margins.size() / 2);
  std::nth_element(margins.begin(), middle, margins.end());
  return *middle;
}

void compare(const Observation& a, const Observation& b, Difference& difference) {
  if (!a.ok() || !b.ok() || a.scores.size() != b.scores.size()) return;
  difference.images += 1;
  difference.score = std::max(difference.score, largest_difference({a}, {b}));
  difference.flips += a.predicted != b.predicted ? 1 : 0;
  const int second = a.answered() && b.answered() ? a.best_other_than(a.predicted) : -1;
  if (second < 0) return;
  const double odds = std::abs(a.log_odds(a.predicted, second) - b.log_odds(a.predicted, second));
  if (std::isfinite(odds)) difference.odds = std::max(difference.odds, odds);
  for (const int index : {a.predicted, second})
    difference.probability = std::max(difference.probability, std::abs(a.probability(index) - b.probability(index)));
}

std::vector<ImageIndex> spread(std::size_t count, std::size_t of) {
  std::vector<ImageIndex> images;
  for (std::size_t i = 0; i < std::min(count, of); ++i)
    images.push_back(static_cast<ImageIndex>(i * of / std::min(count, of)));
  return images;
}

/// Neighbours are parted, and the order is turned: no batch is what it was.
std::vector<ImageIndex> every_second_first(const std::vector<ImageIndex>& images) {
  std::vector<ImageIndex> order;
  for (const std::size_t parity : {0, 1})
    for (std::size_t i = images.size(); i-- > 0;)
      if (i % 2 == parity) order.push_back(images[i]);
  return order;
}

/// One look at one session.
class Check {
 public:
  Check(Session& session, const std::vector<Observation>& reference)
      : session_(session), reference_(reference), margin_(median_log_margin(reference)) {}

  Repeatability run() {
    require_no_state();
    require_repeatable(again(in_order()));
    regroup();
    return result_;
  }

 private:
  std::vector<ImageIndex> in_order() const {
    std::vector<ImageIndex> images(reference_.size());
    std::iota(images.begin(), images.end(), ImageIndex{0});
    return images;
  }

  Difference again(const std::vector<ImageIndex>& images) {
    const space::Trial trial{{}, images};
    const std::vector<Observation> rows = session_.evaluator->observe({&trial, 1}).front();
    result_.evaluations += images.size();
    Difference difference;
    for (std::size_t i = 0; i < images.size(); ++i) compare(reference_[images[i]], rows[i], difference);
    return difference;
  }

  void require_no_state() const {
    if (const std::string state = session_.evaluator->note({}); !state.empty()) fail(state);
  }

  void require_repeatable(const Difference& difference) {
    result_.noise = difference.score;
    if (difference.odds <= kNoiseTolerance * margin_ || difference.probability <= kProbabilityTolerance) return;
    fail("the reference is not repeatable: two equal runs differ by " +
         shortest(static_cast<float>(difference.probability)) + " in a probability and in " + answers(difference) +
         " (dropout in training mode, or random numbers in the graph?)");
  }

  void regroup() {
    const Difference company = again(every_second_first(spread(kRegrouped, reference_.size())));
    const Difference alone = one_by_one(spread(kAlone, reference_.size()));
    result_.batch_dependence = std::max(company.score, alone.score);
    judge(company, "in another company");
    judge(alone, "alone");
  }

  /// As `replay` runs them: each in a batch of its copies.
  Difference one_by_one(const std::vector<ImageIndex>& images) {
    Difference difference;
    for (const ImageIndex image : images)
      compare(reference_[image], session_.evaluator->observe_exact({}, image), difference);
    result_.evaluations += images.size();
    return difference;
  }

  void judge(const Difference& difference, const std::string& where) {
    if (difference.odds <= kBatchTolerance * margin_ && difference.flips == 0) return;
    const std::string text = "scores depend on the other images of the batch: " + where + ", a score moves by " +
                             shortest(static_cast<float>(difference.score)) + ", and " + answers(difference) +
                             " change (batch norm exported in training mode, or dynamic quantisation?)";
    if (difference.flips * kFlipsAllowed > difference.images) fail(text);
    if (result_.batch_note.empty()) result_.batch_note = text;
  }

  static std::string answers(const Difference& difference) {
    return std::to_string(difference.flips) + " of " + std::to_string(difference.images) + " answers";
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorKind::baseline, session_.model.string() + ": " + problem);
  }

  Session& session_;
  const std::vector<Observation>& reference_;
  const double margin_;
  Repeatability result_;
};

}  // namespace

Repeatability check_repeatability(Session& session, const std::vector<Observation>& reference) {
  return Check(session, reference).run();
}

}  // namespace robustcheck::app
