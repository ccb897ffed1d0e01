#include "robustcheck/app/screen_phase.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "robustcheck/base/error.h"
#include "robustcheck/base/proportion.h"

namespace robustcheck::app {
namespace {

using search::Candidate;

constexpr std::size_t kChunk = 32;     // one reference batch
constexpr std::size_t kTogether = 16;  // candidates, so that all workers have one

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

void count(Candidate& candidate, const space::Trial& trial, const std::vector<oracle::Verdict>& verdicts) {
  for (std::size_t i = 0; i < trial.images.size(); ++i) {
    candidate.seen.push_back({trial.images[i], verdicts[i].violated});
    candidate.failures += verdicts[i].violated ? 1 : 0;
  }
  candidate.images += trial.images.size();
}

/// Asks the next images of all that have no answer, in one call, until all have one or the allowance does not reach.
void bring_to_answers(std::span<Candidate> group, const Rule& rule, const ScreenRequest& request, std::uint64_t& left,
                      Bench& bench, std::uint64_t& evaluations) {
  for (;;) {
    std::vector<space::Trial> trials;
    std::vector<Candidate*> asked;
    for (Candidate& candidate : group) {
      const std::size_t images = rule.above(candidate) ? 0 : std::min(kChunk, rule.missing(candidate));
      if (images == 0 || images + request.test_cost > left) continue;
      trials.push_back({candidate.variance, new_images(candidate, request.images, images)});
      asked.push_back(&candidate);
      left -= images;
    }
    if (trials.empty()) return;
    const Judged judged = bench.run(trials);
    for (std::size_t t = 0; t < trials.size(); ++t) {
      count(*asked[t], trials[t], judged.of(asked[t]->oracle)[t]);
      evaluations += trials[t].images.size();
    }
  }
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
  for (std::size_t begin = 0; begin < open.size(); begin += kTogether) {
    const std::span<Candidate> group = std::span(open).subspan(begin, std::min(kTogether, open.size() - begin));
    try {
      if (!outcome.stopped) bring_to_answers(group, rule, request, left, bench, outcome.evaluations);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) throw;
      outcome.stopped = true;
    }
    for (Candidate& candidate : group) {
      const std::optional<bool> above = rule.above(candidate);
      if (above.value_or(false)) left -= std::min(left, request.test_cost);
      if (!above)
        outcome.unpaid.push_back(std::move(candidate));
      else if (*above)
        outcome.above.push_back(std::move(candidate));
      else
        ++outcome.not_reproduced;
    }
    progress.update(begin + group.size());
  }
  sort_by_severity(outcome.above);
}

}  // namespace robustcheck::app
