/// The rounds of Genetic after the screen: stronger, explore (genetic.h).
#include <cmath>

#include "combine.h"
#include "genetic.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr std::size_t kStronger = 4;  // children of a round; the others explore
constexpr double kNoData = 0.125;     // of the stronger children: no data side at all
constexpr double kMilder = 2.0;       // power of a uniform share: mild limits more often
constexpr double kChains = 0.25;      // of the stronger children: a chain by predicted effect
constexpr double kToTheLimit = 0.5;   // of the stronger children: every strength at the limit
constexpr double kPredicted = 0.9;    // of the explored sets: from predictions, others from parents

}  // namespace

void Genetic::fill_children() {
  Rng rng(problem_.seed, "evolve", round_);
  if (population_.flat()) {
    for (int attempts = 0; asked_.size() < kTrialsPerRound && attempts < kPatience; ++attempts)
      propose(rng.chance(0.5) ? operators_.dense(rng) : operators_.fresh(rng), Purpose::member);
    return;
  }
  for (int attempts = 0; asked_.size() < kTrialsPerRound && attempts < kPatience; ++attempts)
    if (asked_.size() < kStronger || !uses("novelty"))
      propose(stronger(rng), Purpose::member);
    else
      explore(rng);
}

/// A child that is to break more than anybody of at most the same magnitude.
Variance Genetic::stronger(Rng& rng) {
  const double limit = !uses("limit")        ? 1.0
                       : rng.chance(kNoData) ? 0.0
                                             : population_.sufficient_magnitude() * std::pow(rng.uniform(), kMilder);
  const Member& partner = population_.strong_within(limit, rng);  // a statement each: C++ leaves arguments' order open
  const Member& parent = population_.strong_within(limit, rng);
  Variance child = parent.variance;
  if (limit > 0.0 && uses("chains") && rng.chance(kChains))
    child.data = strong_chain(screen_->effects(), problem_.space, operators_, limit, rng);
  else
    child = operators_.child(parent.variance, partner.variance, rng);
  operators_.limit(child, limit, rng.chance(kToTheLimit));
  return child;
}

/// A set of genes that nobody has yet.
void Genetic::explore(Rng& rng) {
  if (rng.chance(kPredicted)) {
    std::optional<Variance> set = novelty_.next(screen_->effects(), population_, rng);
    if (set && tried_.first(*set)) {
      push(std::move(*set), blocks_.front(), {Purpose::novel, 0});
      return;
    }
  }
  const Member& partner = population_.any(rng);
  const Member& parent = population_.any(rng);
  Variance child = space::repaired(operators_.child(parent.variance, partner.variance, rng), problem_.space);
  if (!population_.has_set(child)) propose(std::move(child), Purpose::member);
}

}  // namespace robustcheck::search
