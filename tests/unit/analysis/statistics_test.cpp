#include "robustcheck/analysis/statistics.h"

#include <gtest/gtest.h>

#include "robustcheck/base/rng.h"

namespace robustcheck::analysis {
namespace {

constexpr int kRuns = 10000;

std::uint64_t draw(double rate, std::uint64_t total, Rng& rng) {
  std::uint64_t successes = 0;
  for (std::uint64_t i = 0; i < total; ++i) successes += rng.chance(rate) ? 1 : 0;
  return successes;
}

TEST(Wilson, GivesThePublishedInterval) {
  const Interval ci95 = wilson(81, 263);  // Newcombe 1998, table I
  EXPECT_NEAR(ci95.low, 0.2553, 5e-5);
  EXPECT_NEAR(ci95.high, 0.3662, 5e-5);
  EXPECT_EQ(wilson(0, 20).low, 0.0);
  EXPECT_EQ(wilson(20, 20).high, 1.0);
  EXPECT_EQ(wilson(0, 0).high, 1.0);
}

/// Wilson's interval holds its level over rates, not at each single one: a band of rates for every size.
TEST(Wilson, CoversTheTruthForSmallAndLargeSamples) {
  const std::pair<double, double> bands[] = {{0.01, 0.1}, {0.1, 0.5}, {0.5, 0.98}};
  for (const std::uint64_t total : {32U, 100U, 500U})
    for (const auto& [low, high] : bands) {
      Rng rng(total, "wilson", static_cast<std::uint64_t>(high * 100.0));
      int covered = 0;
      for (int run = 0; run < kRuns; ++run) {
        const double rate = rng.uniform(low, high);
        const Interval ci95 = wilson(draw(rate, total, rng), total);
        covered += ci95.low <= rate && rate <= ci95.high ? 1 : 0;
      }
      EXPECT_GE(covered, 0.94 * kRuns) << total << " images, rates " << low << " to " << high;
    }
}

TEST(BinomialPValue, IsTheExactTail) {
  EXPECT_NEAR(binomial_p_value(3, 3, 0.5), 0.125, 1e-12);
  EXPECT_NEAR(binomial_p_value(2, 3, 0.5), 0.5, 1e-12);
  EXPECT_NEAR(binomial_p_value(10, 100, 0.05), 0.0281883, 1e-6);  // scipy.stats.binomtest
  EXPECT_EQ(binomial_p_value(0, 50, 0.05), 1.0);
  EXPECT_EQ(binomial_p_value(1, 50, 0.0), 0.0);
  EXPECT_LT(binomial_p_value(400, 500, 0.05), 1e-200);
}

TEST(McNemar, IsTheExactTwoSidedTest) {
  EXPECT_NEAR(mcnemar_p_value(1, 9), 0.021484375, 1e-12);  // 2 (1 + 10) / 1024
  EXPECT_EQ(mcnemar_p_value(9, 1), mcnemar_p_value(1, 9));
  EXPECT_EQ(mcnemar_p_value(5, 5), 1.0);
  EXPECT_EQ(mcnemar_p_value(0, 0), 1.0);
  EXPECT_LT(mcnemar_p_value(2, 300), 1e-50);
}

TEST(McNemar, OneSidedIsTheUpperTail) {
  EXPECT_NEAR(mcnemar_p_value_one_sided(9, 1), 0.0107421875, 1e-12);  // (1 + 10) / 1024
  EXPECT_NEAR(mcnemar_p_value_one_sided(1, 9), 1.0 - 1.0 / 1024, 1e-12);
  EXPECT_EQ(mcnemar_p_value_one_sided(0, 0), 1.0);
}

/// A true fault of 10 % on 100 and on 455 images, alone, among 20 and among 400 tests (FACTS, 13; simulated there).
TEST(Power, IsThatOfTheExactTest) {
  const auto power = [](std::uint64_t images, double tests) {
    return binomial_p_value(critical_count(images, 0.05, 0.05 / tests), images, 0.1);
  };
  EXPECT_NEAR(power(100, 1), 0.55, 0.03);
  EXPECT_NEAR(power(100, 20), 0.20, 0.03);
  EXPECT_NEAR(power(100, 400), 0.04, 0.03);
  EXPECT_NEAR(power(455, 1), 0.99, 0.03);
  EXPECT_NEAR(power(455, 20), 0.90, 0.03);
  EXPECT_NEAR(power(455, 400), 0.73, 0.03);
}

TEST(DetectableRate, IsFoundInFourRunsOfFive) {
  EXPECT_NEAR(*detectable_rate(455, 0.05, 0.05 / 23), 0.094, 0.0005);
  for (const std::uint64_t images : {100U, 455U})
    for (const double level : {0.05, 0.05 / 23, 0.05 / 400}) {
      const double rate = *detectable_rate(images, 0.05, level);
      const std::uint64_t count = critical_count(images, 0.05, level);
      Rng rng(images, "detectable");
      int found = 0;
      for (int run = 0; run < 2000; ++run) {
        std::uint64_t failures = 0;
        for (std::uint64_t i = 0; i < images; ++i) failures += rng.chance(rate) ? 1 : 0;
        found += failures >= count ? 1 : 0;
      }
      EXPECT_NEAR(found / 2000.0, 0.8, 0.03) << images << " images at " << level;
    }
  EXPECT_FALSE(detectable_rate(3, 0.9, 0.05).has_value());
  EXPECT_FALSE(detectable_rate(0, 0.05, 0.05).has_value());
}

TEST(StoppedLevel, AddsUpToTheWholeLevel) {
  double sum = 0.0;
  for (std::uint64_t k = 1; k <= 100000; ++k) sum += stopped_level(k, 0.05);
  EXPECT_LE(sum, 0.05);
  EXPECT_NEAR(sum, 0.05, 1e-5);
}

TEST(BenjaminiHochberg, DividesByTheWeights) {
  const std::vector<double> p = {0.04, 0.04, 1.0, 1.0};
  EXPECT_EQ(benjamini_hochberg(p, 0.05), (std::vector<bool>{false, false, false, false}));
  const std::vector<double> weights = {3.4, 0.2, 0.2, 0.2};
  EXPECT_EQ(benjamini_hochberg(p, 0.05, weights), (std::vector<bool>{true, false, false, false}));
}

TEST(McNemar, CallsChanceAChangeInAtMostOneRunOfTwenty) {
  Rng rng(1, "mcnemar");
  int called = 0;
  for (int run = 0; run < kRuns; ++run) {
    const std::uint64_t gained = draw(0.5, 40, rng);
    called += mcnemar_p_value(gained, 40 - gained) <= 0.05 ? 1 : 0;
  }
  EXPECT_LE(called, 0.05 * kRuns);
}

TEST(BenjaminiHochberg, GivesThePublishedExample) {
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
  const std::vector<bool> rejected =
      benjamini_hochberg(p, 0.05);  // Benjamini and Hochberg 1995, section 3.2: the first four
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(rejected[i], i < 4) << i;
  EXPECT_TRUE(benjamini_hochberg({}, 0.05).empty());
}

TEST(BenjaminiHochberg, RejectsNothingInPureNoiseInMostRuns) {
  Rng rng(1, "noise");
  int false_runs = 0;
  for (int run = 0; run < 2000; ++run) {
    std::vector<double> p;
    for (int test = 0; test < 20; ++test) p.push_back(binomial_p_value(draw(0.05, 200, rng), 200, 0.05));
    const std::vector<bool> rejected = benjamini_hochberg(p, 0.05);
    false_runs += std::find(rejected.begin(), rejected.end(), true) != rejected.end() ? 1 : 0;
  }
  EXPECT_LE(false_runs, 0.05 * 2000);
}

TEST(PairedDifference, GivesThePublishedInterval) {
  const Estimate found = paired_difference(36, 12, 2, 50);  // Newcombe 1998, method 10
  EXPECT_NEAR(found.value, 0.20, 1e-12);
  EXPECT_NEAR(found.ci95.low, 0.0569, 2e-4);
  EXPECT_NEAR(found.ci95.high, 0.3404, 2e-4);
}

/// How often the interval of first - second holds the truth, over random joint rates.
int covered_differences(std::uint64_t total) {
  Rng rng(total, "paired");
  int covered = 0;
  for (int run = 0; run < kRuns; ++run) {
    const double p_both = rng.uniform(0.0, 0.4), p_first = rng.uniform(0.02, 0.3), p_second = rng.uniform(0.02, 0.2);
    std::uint64_t both = 0, first = 0, second = 0;
    for (std::uint64_t image = 0; image < total; ++image) {
      const double u = rng.uniform();
      both += u < p_both ? 1 : 0;
      first += u >= p_both && u < p_both + p_first ? 1 : 0;
      second += u >= p_both + p_first && u < p_both + p_first + p_second ? 1 : 0;
    }
    const Estimate found = paired_difference(both, first, second, total);
    covered += found.ci95.low <= p_first - p_second && p_first - p_second <= found.ci95.high ? 1 : 0;
  }
  return covered;
}

TEST(PairedDifference, CoversTheTruth) {
  for (const std::uint64_t total : {50U, 150U, 500U}) EXPECT_GE(covered_differences(total), 0.94 * kRuns) << total;
}

}  // namespace
}  // namespace robustcheck::analysis
