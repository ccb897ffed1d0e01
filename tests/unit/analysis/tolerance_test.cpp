#include "robustcheck/analysis/tolerance.h"

#include <gtest/gtest.h>

#include <vector>

#include "robustcheck/base/rng.h"

namespace robustcheck::analysis {
namespace {

constexpr double kLimit = 0.05;

TEST(Tolerance, IsWhereTheRateCrossesTheLimitBetweenTwoRungs) {
  const std::vector<Rung> ladder = {{0.25, 0, 1000}, {0.5, 100, 1000}, {0.75, 400, 1000}};
  const auto found = first_crossing({}, ladder, kLimit);
  ASSERT_TRUE(found.has_value());
  EXPECT_NEAR(found->share, 0.375, 1e-12);
  EXPECT_LT(found->low, found->share);
  ASSERT_TRUE(found->high.has_value());
  EXPECT_GT(*found->high, found->share);
  EXPECT_LT(*found->high, 0.5);
}

TEST(Tolerance, IsTheFirstCrossingWhereStrengthIsNotMonotone) {
  const std::vector<Rung> ladder = {{0.25, 100, 1000}, {0.5, 0, 1000}, {0.75, 1000, 1000}};
  EXPECT_NEAR(first_crossing({}, ladder, kLimit)->share, 0.125, 1e-12);
}

TEST(Tolerance, IsNothingWhereTheLimitIsNeverReached) {
  const std::vector<Rung> ladder = {{0.5, 10, 1000}, {1.0, 40, 1000}};
  EXPECT_FALSE(first_crossing({}, ladder, kLimit).has_value());
}

TEST(Tolerance, HasNoUpperEndWhereTheSampleIsTooSmallToBeSure) {
  const std::vector<Rung> ladder = {{0.5, 1, 100}, {1.0, 6, 100}};
  const auto found = first_crossing({}, ladder, kLimit);
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->high.has_value());
}

TEST(Tolerance, IsNeutralWhereTheConfigurationAloneIsAboveTheLimit) {
  const std::vector<Rung> ladder = {{0.5, 300, 1000}};
  const auto found = first_crossing({0.0, 200, 1000}, ladder, kLimit);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->share, 0.0);
  EXPECT_EQ(found->high, 0.0);
}

TEST(Tolerance, NeedsNoFurtherRungOnceTheLimitIsSurelyExceeded) {
  EXPECT_FALSE(ends_ladder({0.5, 6, 100}, kLimit));
  EXPECT_TRUE(ends_ladder({0.5, 20, 100}, kLimit));
}

/// A rate that grows linearly from 0 to 30 %: the true crossing is at a sixth.
TEST(Tolerance, CoversTheTruthInSimulation) {
  constexpr int kRuns = 2000;
  constexpr std::uint64_t kImages = 128;
  Rng rng(1, "tolerance");
  int covered = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<Rung> ladder;
    for (int k = 1; k <= 8; ++k) {
      Rung rung{k / 8.0, 0, kImages};
      for (std::uint64_t i = 0; i < kImages; ++i) rung.failures += rng.chance(0.3 * rung.share) ? 1 : 0;
      ladder.push_back(rung);
    }
    const auto found = first_crossing({}, ladder, kLimit);
    covered += found && found->low <= 1.0 / 6 && (!found->high || *found->high >= 1.0 / 6) ? 1 : 0;
  }
  EXPECT_GE(covered, 0.94 * kRuns);
}

}  // namespace
}  // namespace robustcheck::analysis
