#include "robustcheck/analysis/represent.h"

#include <gtest/gtest.h>

namespace robustcheck::analysis {
namespace {

using Order = std::vector<std::size_t>;

TEST(Represent, PutsWhatBreaksOtherImagesBeforeARepetition) {
  const std::vector<Covering> all = {{{1, 1, 1, 0, 0}, 0.5}, {{1, 1, 0, 0, 0}, 0.4}, {{0, 0, 0, 1, 1}, 0.1}};
  EXPECT_EQ(representative_order(all), (Order{0, 2, 1}));
}

TEST(Represent, WeighsImagesBySeverity) {
  const std::vector<Covering> all = {{{1, 1, 1, 0, 0, 0}, 0.1}, {{0, 0, 0, 1, 1, 0}, 0.4}};
  EXPECT_EQ(representative_order(all), (Order{1, 0}));
}

TEST(Represent, KeepsTheOrderOfWhatAddsNothing) {
  const std::vector<Covering> all = {{{1, 0}, 0.5}, {{1, 0}, 0.4}, {{1, 0}, 0.3}};
  EXPECT_EQ(representative_order(all), (Order{0, 1, 2}));
  EXPECT_TRUE(representative_order({}).empty());
}

TEST(Represent, CountsTheShareOfAllFailingImages) {
  const std::vector<Covering> all = {{{1, 1, 0, 0, 0}, 0.5}, {{1, 0, 1, 0, 0}, 0.4}, {{0, 0, 0, 1, 0}, 0.1}};
  EXPECT_EQ(covered_shares(all, Order{0, 1, 2}), (std::vector<double>{0.5, 0.75, 1.0}));
  EXPECT_TRUE(covered_shares(std::vector<Covering>{{{0, 0}, 0.5}}, Order{0}).empty());
}

}  // namespace
}  // namespace robustcheck::analysis
