#include "screen.h"

#include <algorithm>
#include <map>

namespace robustcheck::search {
namespace {

constexpr std::uint64_t kShareOfBudget = 8;
constexpr std::size_t kFewestRows = 40;
constexpr std::size_t kLargeScreen = 60;  // rows
constexpr std::size_t kToldApart = 4;     // a row of so few is tried value by value
constexpr double kMoves = 0.02;           // V below which nothing in a row matters alone
constexpr double kUntried = 2.0;          // promise of a first row: the largest V there is

/// Both together where no knob has two values and nothing excludes the other; empty otherwise.
space::Assignment united(const space::Assignment& a, const space::Assignment& b, const space::Space& space) {
  space::Assignment both = a;
  for (const auto& [knob, value] : b) {
    const auto [found, added] = both.emplace(knob, value);
    if (!added && found->second != value) return {};
  }
  return space::compatible(both, space) == both ? both : space::Assignment{};
}

}  // namespace

Screen::Screen(const Problem& problem, std::size_t images_per_row) {
  Rng rng(problem.seed, "screen");
  plan_transforms(problem.space, rng);
  plan_knobs(problem.space, rng);
  most_ = std::max(kFewestRows, problem.budget / kShareOfBudget / std::max<std::size_t>(1, images_per_row));
}

void Screen::plan_transforms(const space::Space& space, Rng& rng) {
  for (std::size_t gene = 0; gene < space.transforms.size(); ++gene)
    for (const int side : {-1, 1})
      if (space::has_side(space.transforms[gene], side))
        effects_.push_back({gene, {{space::step_at(space.transforms[gene], side, rng)}, {}, 0}});
  rng.shuffle(effects_);
  for (std::size_t i = 0; i < effects_.size(); ++i) transforms_.push_back({effects_[i].alone, {i}});
}

void Screen::plan_knobs(const space::Space& space, Rng& rng) {
  std::map<std::string, std::vector<std::size_t>> classes;
  for (std::size_t k = 0; k < space.knobs.size(); ++k) {
    const space::KnobGene& gene = space.knobs[k];
    for (const std::string& value : gene.values) {
      space::Variance alone = space::repaired({{}, {{gene.info.name, value}}, 0}, space);
      if (alone.config.empty()) continue;
      classes[gene.info.knob_class].push_back(effects_.size());
      effects_.push_back({space.transforms.size() + k, std::move(alone)});
    }
  }
  for (auto& [name, members] : classes) {
    rng.shuffle(members);
    pack(members, space);
  }
  rng.shuffle(knobs_);
}

/// Each into the first row that it can be combined with.
void Screen::pack(const std::vector<std::size_t>& members, const space::Space& space) {
  std::vector<Row> rows;
  for (const std::size_t member : members) {
    const space::Assignment& config = effects_[member].alone.config;
    const auto fits = [&](Row& row) {
      space::Assignment both = united(row.variance.config, config, space);
      if (both.size() <= row.variance.config.size()) return false;
      row.variance.config = std::move(both);
      row.members.push_back(member);
      return true;
    };
    if (std::none_of(rows.begin(), rows.end(), fits)) rows.push_back({effects_[member].alone, {member}, kUntried});
  }
  knobs_.insert(knobs_.end(), rows.begin(), rows.end());
}

std::vector<Screen::Row> Screen::take(std::size_t count) {
  std::vector<Row> rows;
  while (rows.size() < count && !done()) {
    std::deque<Row>& queue = knobs_.empty() || (taken_ % 2 == 0 && !transforms_.empty()) ? transforms_ : knobs_;
    rows.push_back(std::move(queue.front()));
    queue.pop_front();
    ++taken_;
  }
  return rows;
}

void Screen::learn(const Row& row, const space::Variance& told, double violation) {
  if (row.members.size() == 1 && !told.data.empty()) effects_[row.members.front()].alone = told;
  for (const std::size_t member : row.members)
    effects_[member].violation = violation / static_cast<double>(row.members.size());
  if (row.members.size() == 1 || violation <= kMoves) return;
  const std::size_t size = row.members.size(), step = size <= kToldApart ? 1 : (size + 1) / 2;
  for (std::size_t first = 0; first < size; first += step) {
    Row smaller = part(row, first, std::min(first + step, size));
    smaller.promise = violation;
    const auto weaker =
        std::find_if(knobs_.begin(), knobs_.end(), [&](const Row& other) { return other.promise < violation; });
    knobs_.insert(weaker, std::move(smaller));
  }
}

Screen::Row Screen::part(const Row& row, std::size_t first, std::size_t last) const {
  Row result;
  for (std::size_t i = first; i < last; ++i) {
    result.members.push_back(row.members[i]);
    for (const auto& entry : effects_[row.members[i]].alone.config) result.variance.config.insert(entry);
  }
  return result;
}

bool Screen::done() const { return (transforms_.empty() && knobs_.empty()) || taken_ >= most_; }

double Screen::progress() const {
  const std::size_t all = std::min(most_, taken_ + transforms_.size() + knobs_.size());
  return all == 0 ? 1.0 : static_cast<double>(taken_) / static_cast<double>(all);
}

bool Screen::large() const { return taken_ + transforms_.size() + knobs_.size() > kLargeScreen; }

}  // namespace robustcheck::search
