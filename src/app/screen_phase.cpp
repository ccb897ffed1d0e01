#include "robustcheck/app/screen_phase.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "robustcheck/base/error.h"
#include "robustcheck/base/proportion.h"

namespace robustcheck::app {
namespace {

using search::Candidate;

constexpr std::size_t kChunk = 32;  // one reference batch

/// Whether a candidate is above the limit; nullopt: more images must say.
class Rule {
 public:
  explicit Rule(const ScreenRequest& request)
      : limit_(request.failure_limit), images_(std::min(kTestImages, request.images.size())) {}

  bool above_where_met(const Candidate& candidate) const {
    return always_on(candidate.oracle) ? candidate.failures > 0 : candidate.failure_rate() > limit_;
  }
  std::optional<bool> above(const Candidate& candidate) const {
    if (always_on(candidate.oracle)) return candidate.failures > 0;
    if (candidate.images >= images_) return candidate.failure_rate() > limit_;
    const auto most = static_cast<std::uint64_t>(std::floor(limit_ * static_cast<double>(images_)));
    if (candidate.failures > most) return true;
    if (candidate.failures + images_ - candidate.images <= most) return false;
    return std::nullopt;
  }
  std::size_t missing(const Candidate& candidate) const { return images_ - candidate.images; }

 private:
  double limit_;
  std::size_t images_;
};

bool has_seen(const Candidate& candidate, ImageIndex image) {
  return std::any_of(candidate.seen.begin(), candidate.seen.end(),
                     [&](const search::Seen& seen) { return seen.image == image; });
}

/// `count` images that the candidate has not seen, spread over classes and margins.
std::vector<ImageIndex> new_images(const Candidate& candidate, const std::vector<search::SearchImage>& half,
                                   std::size_t count) {
  std::vector<search::SearchImage> unseen;
  for (const search::SearchImage& image : half)
    if (!has_seen(candidate, image.index)) unseen.push_back(image);
  return search::telling_images(unseen, count);
}

/// False where the allowance does not reach.
bool bring_to_an_answer(Candidate& candidate, const Rule& rule, const ScreenRequest& request, std::uint64_t& left,
                        Bench& bench, std::uint64_t& evaluations) {
  while (!rule.above(candidate)) {
    const std::size_t count = std::min(kChunk, rule.missing(candidate));
    if (count + request.test_cost > left) return false;
    const space::Trial trial{candidate.variance, new_images(candidate, request.images, count)};
    const Judged judged = bench.run({&trial, 1});
    for (std::size_t i = 0; i < trial.images.size(); ++i) {
      candidate.seen.push_back({trial.images[i], judged.of(candidate.oracle).front()[i].violated});
      candidate.failures += candidate.seen.back().violated ? 1 : 0;
    }
    candidate.images += trial.images.size();
    evaluations += trial.images.size();
    left -= trial.images.size();
  }
  return true;
}

/// Most severe first, as the archive ranks them.
void sort_by_severity(std::vector<Candidate>& candidates) {
  const auto severity_of = [](const Candidate& one) { return severity(one.failures, one.images, one.magnitude); };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Candidate& a, const Candidate& b) { return severity_of(a) > severity_of(b); });
}

}  // namespace

ScreenOutcome sort_out(const std::vector<Candidate>& candidates, const ScreenRequest& request) {
  const Rule rule(request);
  ScreenOutcome outcome;
  for (const Candidate& candidate : candidates) {
    if (!rule.above_where_met(candidate)) continue;
    const std::optional<bool> above = rule.above(candidate);
    if (!above)
      outcome.unpaid.push_back(candidate);
    else if (*above)
      outcome.above.push_back(candidate);
    else
      ++outcome.not_reproduced;
  }
  return outcome;
}

void screen_phase(ScreenOutcome& outcome, const ScreenRequest& request, Bench& bench, Progress& progress) {
  const Rule rule(request);
  std::uint64_t left = request.allowance;
  std::vector<Candidate> open = std::move(outcome.unpaid);
  outcome.unpaid.clear();
  progress.phase("screen", open.size());
  for (std::size_t i = 0; i < open.size(); ++i) {
    bool answered = false;
    try {
      answered = !outcome.stopped && bring_to_an_answer(open[i], rule, request, left, bench, outcome.evaluations);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) throw;
      outcome.stopped = true;
    }
    if (!answered) {
      outcome.unpaid.push_back(std::move(open[i]));
    } else if (*rule.above(open[i])) {
      left -= std::min(left, request.test_cost);
      outcome.above.push_back(std::move(open[i]));
    } else {
      ++outcome.not_reproduced;
    }
    progress.update(i + 1);
  }
  sort_by_severity(outcome.above);
}

}  // namespace robustcheck::app
