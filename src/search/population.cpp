#include "population.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "robustcheck/base/proportion.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr std::size_t kPairParents = 10;  // pairs with the largest excess
constexpr double kExplore = 0.8;
constexpr double kFlat = 0.02;  // V
constexpr double kWeights[] = {0.0, 0.5, 1.0, 2.0};

std::string strongest_gene(const Variance& variance, const space::Catalogue& catalogue) {
  std::string strongest = "configuration";
  double largest = 0.0;
  for (const space::Step& step : variance.data) {
    const double magnitude = space::magnitude({{step}, {}, 0}, catalogue);
    if (magnitude > largest) {
      largest = magnitude;
      strongest = step.transform;
    }
  }
  return strongest;
}

}  // namespace

std::size_t Population::add(Member member) {
  member.magnitude = space::magnitude(member.variance, catalogue_);
  member.set_cell = space::signature("", member.variance);
  member.gene_cell = strongest_gene(member.variance, catalogue_);
  set_cells_[member.set_cell].push_back(members_.size());
  gene_cells_[member.gene_cell].push_back(members_.size());
  members_.push_back(std::move(member));
  return members_.size() - 1;
}

bool Population::has_set(const Variance& variance) const { return set_cells_.contains(space::signature("", variance)); }

bool Population::flat() const {
  return std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.violation <= kFlat; });
}

const Member& Population::parent(Rng& rng, bool by_set) const {
  if (rng.chance(kExplore)) {
    const auto& cells = by_set ? set_cells_ : gene_cells_;
    const auto& cell = std::next(cells.begin(), static_cast<std::ptrdiff_t>(rng.below(cells.size())))->second;
    return members_[cell[rng.below(cell.size())]];
  }
  const double weight = kWeights[rng.below(std::size(kWeights))];
  const auto score = [&](std::size_t i) { return members_[i].violation - weight * members_[i].magnitude; };
  const auto rank = static_cast<std::size_t>(-3.0 * std::log(1.0 - rng.uniform()));
  std::vector<std::size_t> order(members_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto nth = order.begin() + static_cast<std::ptrdiff_t>(std::min(rank, order.size() - 1));
  std::nth_element(order.begin(), nth, order.end(),
                   [&](std::size_t a, std::size_t b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
  return members_[*nth];
}

const Member& Population::pair_parent(Rng& rng, bool by_set) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (members_[i].excess.value_or(0.0) > 0.0) order.push_back(i);
  if (order.empty() || rng.chance(0.3)) return parent(rng, by_set);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return *members_[a].excess > *members_[b].excess; });
  return members_[order[rng.below(std::min(order.size(), kPairParents))]];
}

std::size_t Population::strongest() const {
  const auto best = std::max_element(members_.begin(), members_.end(),
                                     [](const Member& a, const Member& b) { return a.violation < b.violation; });
  return static_cast<std::size_t>(best - members_.begin());
}

std::vector<std::size_t> Population::to_promote(std::size_t blocks, std::size_t most) const {
  const auto worth = [&](std::size_t i) {
    return severity(members_[i].failures, members_[i].images, members_[i].magnitude);
  };
  std::vector<std::size_t> order;
  for (const auto& [name, cell] : set_cells_) {
    const std::size_t best =
        *std::max_element(cell.begin(), cell.end(), [&](std::size_t a, std::size_t b) { return worth(a) < worth(b); });
    if (members_[best].blocks < blocks && members_[best].failures > 0) order.push_back(best);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return worth(a) > worth(b); });
  order.resize(std::min(order.size(), most));
  return order;
}

void Population::note_excess(std::size_t index, bool together) {
  Member& member = members_[index];
  const std::string key = space::to_json(space::data_only(member.variance), catalogue_).dump();
  if (member.variance.config.empty()) data_failures_[key] = member.failures;
  const auto alone = data_failures_.find(key);
  if (!together || alone == data_failures_.end()) return;
  member.excess =
      (static_cast<double>(member.failures) - static_cast<double>(alone->second)) / static_cast<double>(member.images);
}

}  // namespace robustcheck::search
