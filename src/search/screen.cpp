#include "screen.h"

#include <algorithm>

namespace robustcheck::search {
namespace {

constexpr std::uint64_t kShareOfBudget = 8;
constexpr std::size_t kFewestRows = 40;
constexpr std::size_t kLargeScreen = 60;  // rows

}  // namespace

Screen::Screen(const Problem& problem, std::size_t images_per_row) {
  plan_transforms(problem);
  const std::size_t most =
      std::max(kFewestRows, problem.budget / kShareOfBudget / std::max<std::size_t>(1, images_per_row));
  planned_ = problem.without.contains("screen") ? 0 : std::min(most, effects_.size());
  for (std::size_t i = 0; i < planned_; ++i) left_.push_back(i);
  add_knobs(problem);
}

void Screen::plan_transforms(const Problem& problem) {
  Rng rng(problem.seed, "screen");
  for (std::size_t gene = 0; gene < problem.space.transforms.size(); ++gene)
    for (const int side : {-1, 1})
      if (space::has_side(problem.space.transforms[gene], side))
        effects_.push_back({gene, {{space::step_at(problem.space.transforms[gene], side, rng)}, {}, 0}});
  rng.shuffle(effects_);
}

void Screen::add_knobs(const Problem& problem) {
  for (const KnobEffect& known : problem.knob_effects) {
    const auto gene = std::find_if(problem.space.knobs.begin(), problem.space.knobs.end(),
                                   [&](const space::KnobGene& one) { return one.info.name == known.knob; });
    space::Variance alone = space::repaired({{}, {{known.knob, known.value}}, 0}, problem.space);
    if (gene == problem.space.knobs.end() || alone.config.empty()) continue;
    const auto index = static_cast<std::size_t>(gene - problem.space.knobs.begin());
    const double moved = problem.without.contains("probe") ? 0.0 : known.violation;
    effects_.push_back({problem.space.transforms.size() + index, std::move(alone), moved});
  }
}

std::vector<std::size_t> Screen::take(std::size_t count) {
  std::vector<std::size_t> taken;
  while (taken.size() < count && !left_.empty()) {
    taken.push_back(left_.front());
    left_.pop_front();
  }
  return taken;
}

void Screen::learn(std::size_t effect, const space::Variance& told, double violation) {
  if (!told.data.empty()) effects_[effect].alone = told;
  effects_[effect].violation = violation;
}

double Screen::progress() const {
  return planned_ == 0 ? 1.0 : 1.0 - static_cast<double>(left_.size()) / static_cast<double>(planned_);
}

bool Screen::large() const { return planned_ > kLargeScreen; }

}  // namespace robustcheck::search
