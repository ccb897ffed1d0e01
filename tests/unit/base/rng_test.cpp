#include "robustcheck/base/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace robustcheck {
namespace {

TEST(Rng, GivesTheSameStreamForTheSameKey) {
  Rng a(7, "noise", 3), b(7, "noise", 3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.bits32(), b.bits32());
}

TEST(Rng, GivesOtherStreamsForOtherKeys) {
  const auto first = [](std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
    return Rng(seed, purpose, index).bits64();
  };
  EXPECT_NE(first(7, "noise", 3), first(8, "noise", 3));
  EXPECT_NE(first(7, "noise", 3), first(7, "noise", 4));
  EXPECT_NE(first(7, "noise", 3), first(7, "jitter", 3));
}

/// The numbers are part of every report: another machine or compiler must give the same.
TEST(Rng, KeepsItsNumbersForEver) { EXPECT_EQ(Rng(1, "test").bits32(), 623132453U); }

TEST(Rng, DrawsUniformIntegersBelowTheBound) {
  Rng rng(1, "below");
  std::vector<int> counts(5);
  for (int i = 0; i < 50000; ++i) counts[rng.below(5)] += 1;
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
}

TEST(Rng, DrawsNormalNumbersOfUnitVariance) {
  std::vector<float> values(100001);
  Rng(1, "normal").fill_normal(values);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double square = 0.0;
  for (const float value : values) square += static_cast<double>(value) * value;
  EXPECT_NEAR(mean, 0.0, 0.015);
  EXPECT_NEAR(square / static_cast<double>(values.size()), 1.0, 0.02);
}

TEST(Rng, FillsWithTheWordsThatItWouldGiveOneByOne) {
  Rng one_by_one(5, "bits"), bulk(5, "bits");
  EXPECT_EQ(bulk.bits32(), one_by_one.bits32());  // starts inside a block
  std::vector<std::uint32_t> words(3001);
  bulk.fill_bits(words);
  for (const std::uint32_t word : words) ASSERT_EQ(word, one_by_one.bits32());
  EXPECT_EQ(bulk.bits64(), one_by_one.bits64());
}

/// Against the formula in double, and to the last bit against what another machine gave.
TEST(Rng, DrawsNormalNumbersThatDoNotDependOnTheMachine) {
  Rng rng(3, "normal"), again(3, "normal");
  std::vector<std::uint32_t> words(256);
  std::vector<float> values(256);
  rng.fill_bits(words);
  again.fill_normal(values);
  std::uint32_t digest = 0;
  for (std::size_t i = 0; i < 128; ++i) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - (words[i] >> 8) * 0x1.0p-24));
    const double angle = std::numbers::pi / 2.0 * (((words[128 + i] >> 8) + 0.5) * 0x1.0p-24 - 0.5);
    const double first = values[i], second = values[128 + i];
    EXPECT_NEAR(std::hypot(first, second), radius, 2e-6 * radius + 1e-7);
    EXPECT_NEAR(std::min(std::abs(first), std::abs(second)), std::abs(radius * std::sin(angle)), 1e-6 * radius + 1e-7);
  }
  for (const float value : values) digest = digest * 31 + std::bit_cast<std::uint32_t>(value);
  EXPECT_EQ(digest, 2534592411U);
}

TEST(Rng, ShufflesToAPermutation) {
  std::vector<int> values(20);
  std::iota(values.begin(), values.end(), 0);
  const std::vector<int> before = values;
  Rng(1, "shuffle").shuffle(values);
  EXPECT_NE(values, before);
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, before);
}

}  // namespace
}  // namespace robustcheck
