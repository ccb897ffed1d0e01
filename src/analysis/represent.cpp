#include "robustcheck/analysis/represent.h"

#include <algorithm>
#include <numeric>

namespace robustcheck::analysis {
namespace {

/// Failing images of `outcomes` that `covered` has not.
std::uint64_t added(const Outcomes& outcomes, const Outcomes& covered) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) count += outcomes[i] != 0 && covered[i] == 0 ? 1 : 0;
  return count;
}

void cover(Outcomes& covered, const Outcomes& outcomes) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) covered[i] = static_cast<std::uint8_t>(covered[i] | outcomes[i]);
}

}  // namespace

std::vector<std::size_t> representative_order(std::span<const Covering> all) {
  std::vector<std::size_t> order, left(all.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  Outcomes covered(all.empty() ? 0 : all.front().failing.size(), 0);
  while (!left.empty()) {
    std::vector<double> gains;
    for (const std::size_t i : left)
      gains.push_back(all[i].severity * static_cast<double>(added(all[i].failing, covered)));
    const auto best = left.begin() + (std::max_element(gains.begin(), gains.end()) - gains.begin());
    cover(covered, all[*best].failing);
    order.push_back(*best);
    left.erase(best);
  }
  return order;
}

std::vector<double> covered_shares(std::span<const Covering> all, std::span<const std::size_t> order) {
  Outcomes any(all.empty() ? 0 : all.front().failing.size(), 0);
  for (const Covering& one : all) cover(any, one.failing);
  if (failures(any) == 0) return {};
  Outcomes covered(any.size(), 0);
  std::vector<double> shares;
  for (const std::size_t i : order) {
    cover(covered, all[i].failing);
    shares.push_back(static_cast<double>(failures(covered)) / static_cast<double>(failures(any)));
  }
  return shares;
}

}  // namespace robustcheck::analysis
