#include "robustcheck/analysis/shapley.h"

#include <gtest/gtest.h>

#include <bit>
#include <numeric>

#include "robustcheck/base/error.h"
#include "robustcheck/base/rng.h"

namespace robustcheck::analysis {
namespace {

TEST(Shapley, GivesThePublishedGloveGame) {
  // One left glove (player 0), two right ones: a pair is worth 1. Known: 2/3, 1/6, 1/6.
  const std::vector<double> worth = {0, 0, 0, 1, 0, 1, 0, 1};
  const std::vector<double> values = shapley_values(3, worth);
  EXPECT_NEAR(values[0], 2.0 / 3, 1e-12);
  EXPECT_NEAR(values[1], 1.0 / 6, 1e-12);
  EXPECT_NEAR(values[2], 1.0 / 6, 1e-12);
}

TEST(Shapley, GivesEachPlayerItsOwnWhereNothingInteracts) {
  std::vector<double> worth(16, 0.0);
  for (std::size_t s = 0; s < worth.size(); ++s)
    for (std::size_t p = 0; p < 4; ++p) worth[s] += (s >> p & 1U) != 0 ? 0.1 * static_cast<double>(p) : 0.0;
  const std::vector<double> values = shapley_values(4, worth);
  for (std::size_t p = 0; p < 4; ++p) EXPECT_NEAR(values[p], 0.1 * static_cast<double>(p), 1e-12);
}

TEST(Shapley, AddsUpToTheWholeAndIgnoresPlayersThatDoNothing) {
  Rng rng(1, "shapley");
  std::vector<double> worth(64);
  for (std::size_t s = 0; s < worth.size(); ++s) worth[s] = (s & 1U) != 0 ? worth[s - 1] : rng.uniform();
  const std::vector<double> values = shapley_values(6, worth);
  EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0), worth.back() - worth.front(), 1e-12);
  EXPECT_NEAR(values[0], 0.0, 1e-12);
}

TEST(Shapley, RefusesAnIncompleteGame) { EXPECT_THROW(shapley_values(2, std::vector<double>{0, 1}), Error); }

}  // namespace
}  // namespace robustcheck::analysis
