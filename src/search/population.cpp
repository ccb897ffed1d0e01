#include "population.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "robustcheck/base/proportion.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr double kFlat = 0.02;              // V
constexpr Interval kMiddling = {0.1, 0.5};  // failure rates that leave room for an interaction
constexpr double kNearly = 0.95;
constexpr double kMeanRank = 3.0;
constexpr double kRounding = 1e-6;  // of a magnitude

}  // namespace

std::size_t Population::add(Member member) {
  member.magnitude = space::magnitude(member.variance, catalogue_);
  member.cell = space::signature("", member.variance);
  cells_[member.cell].push_back(members_.size());
  members_.push_back(std::move(member));
  return members_.size() - 1;
}

bool Population::has_set(const Variance& variance) const { return cells_.contains(space::signature("", variance)); }

bool Population::flat() const {
  return std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.violation <= kFlat; });
}

const Member& Population::any(Rng& rng) const {
  const auto& cell = std::next(cells_.begin(), static_cast<std::ptrdiff_t>(rng.below(cells_.size())))->second;
  return members_[cell[rng.below(cell.size())]];
}

const Member& Population::strong_within(double magnitude, Rng& rng) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (members_[i].magnitude <= magnitude + kRounding) order.push_back(i);
  if (order.empty())
    return *std::min_element(members_.begin(), members_.end(),
                             [](const Member& a, const Member& b) { return a.magnitude < b.magnitude; });
  const auto rank = static_cast<std::size_t>(-kMeanRank * std::log(1.0 - rng.uniform()));
  const auto nth = order.begin() + static_cast<std::ptrdiff_t>(std::min(rank, order.size() - 1));
  const auto score = [&](std::size_t i) { return members_[i].violation; };
  std::nth_element(order.begin(), nth, order.end(),
                   [&](std::size_t a, std::size_t b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
  return members_[*nth];
}

double Population::sufficient_magnitude() const {
  double highest = 0.0, mildest = 1.0;
  for (const Member& member : members_) highest = std::max(highest, member.failure_rate());
  for (const Member& member : members_)
    if (member.failure_rate() >= kNearly * highest) mildest = std::min(mildest, member.magnitude);
  return mildest;
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
  for (const auto& [name, cell] : cells_) {
    const std::size_t best =
        *std::max_element(cell.begin(), cell.end(), [&](std::size_t a, std::size_t b) { return worth(a) < worth(b); });
    if (members_[best].blocks < blocks && members_[best].failures > 0) order.push_back(best);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return worth(a) > worth(b); });
  order.resize(std::min(order.size(), most));
  return order;
}

bool Population::breaks_most() const {
  return std::ranges::any_of(members_, [](const Member& m) { return m.failure_rate() > kMiddling.high; });
}

const Member* Population::middling_data(Rng& rng) const {
  std::vector<const Member*> found;
  for (const Member& member : members_)
    if (member.variance.config.empty() && member.failure_rate() >= kMiddling.low &&
        member.failure_rate() <= kMiddling.high)
      found.push_back(&member);
  return found.empty() ? nullptr : found[rng.below(found.size())];
}

}  // namespace robustcheck::search
