#include <algorithm>
#include <array>
#include <limits>

#include "fill_round.h"
#include "operators.h"
#include "strategies.h"

namespace robustcheck::search {
namespace {

constexpr std::size_t kPopulation = 40;

struct Individual {
  space::Variance variance;
  std::array<double, 2> cost{};  ///< mean fitness negated and magnitude, both minimised
  std::size_t front = 0;
  double crowding = 0.0;
};

bool dominates(const Individual& a, const Individual& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.cost.size(); ++i) {
    if (a.cost[i] > b.cost[i]) return false;
    better = better || a.cost[i] < b.cost[i];
  }
  return better;
}

/// Nearer front first, then the less crowded.
bool precedes(const Individual& a, const Individual& b) {
  return a.front != b.front ? a.front < b.front : a.crowding > b.crowding;
}

void set_fronts(std::vector<Individual>& all) {
  std::vector<std::size_t> left(all.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  for (std::size_t front = 0; !left.empty(); ++front) {
    std::vector<std::size_t> rest;
    for (const std::size_t i : left) {
      const bool dominated =
          std::any_of(left.begin(), left.end(), [&](std::size_t other) { return dominates(all[other], all[i]); });
      if (dominated)
        rest.push_back(i);
      else
        all[i].front = front;
    }
    left = std::move(rest);
  }
}

/// Distance of the neighbours in each objective, within a front.
void set_crowding(std::vector<Individual>& all) {
  for (Individual& one : all) one.crowding = 0.0;
  for (std::size_t objective = 0; objective < all.front().cost.size(); ++objective) {
    std::stable_sort(all.begin(), all.end(), [&](const Individual& a, const Individual& b) {
      return a.front != b.front ? a.front < b.front : a.cost[objective] < b.cost[objective];
    });
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool first = i == 0 || all[i - 1].front != all[i].front;
      const bool last = i + 1 == all.size() || all[i + 1].front != all[i].front;
      all[i].crowding += first || last ? 1e9 : all[i + 1].cost[objective] - all[i - 1].cost[objective];
    }
  }
}

class Evolution : public Strategy {
 public:
  explicit Evolution(Problem problem)
      : problem_(std::move(problem)),
        operators_(problem_.space),
        tried_(problem_.space),
        images_(telling_images(problem_.images, kTrialImages)) {}

  std::vector<space::Trial> ask(std::size_t evaluations_left) override {
    Rng rng(problem_.seed, "evolution", round_++);
    return fill_round([&] { return next(rng); }, problem_.space, tried_, images_, evaluations_left, kPatience);
  }

  void tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) override {
    const space::Catalogue catalogue = problem_.space.catalogue();
    for (std::size_t t = 0; t < trials.size(); ++t) {
      double fitness = 0.0;
      for (const oracle::Verdict& verdict : verdicts[t]) fitness += verdict.fitness;
      population_.push_back({trials[t].variance,
                             {-fitness / static_cast<double>(std::max<std::size_t>(1, verdicts[t].size())),
                              space::magnitude(trials[t].variance, catalogue)}});
    }
    if (population_.empty()) return;
    set_fronts(population_);
    set_crowding(population_);
    std::stable_sort(population_.begin(), population_.end(), precedes);
    population_.resize(std::min(population_.size(), kPopulation));
  }

 private:
  space::Variance next(Rng& rng) const {
    if (population_.size() < kPopulation) return operators_.fresh(rng);
    const space::Variance& partner = tournament(rng).variance;
    const space::Variance& parent = tournament(rng).variance;
    return operators_.child(parent, partner, rng);
  }

  const Individual& tournament(Rng& rng) const {
    const Individual& a = population_[rng.below(population_.size())];
    const Individual& b = population_[rng.below(population_.size())];
    return precedes(b, a) ? b : a;
  }

  Problem problem_;
  Operators operators_;
  Tried tried_;
  std::vector<ImageIndex> images_;
  std::vector<Individual> population_;
  std::uint64_t round_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_evolution(Problem problem) { return std::make_unique<Evolution>(std::move(problem)); }

}  // namespace robustcheck::search
