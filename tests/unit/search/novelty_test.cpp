/// Sets of genes that are predicted to fail together and not alone.
#include "../../../src/search/novelty.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../space/fixture.h"

namespace robustcheck::search {
namespace {

using space::Variance;

Problem problem() {
  Problem result;
  result.space =
      space::make_space({.profiles = {"severe", "deployment"}, .transforms = {}, .knobs = {"-device"}, .validity = {}},
                        space::toy_catalogue());
  result.knob_effects = {{"precision", "bf16", 0.2}, {"onednn", "off", 0.05}};
  return result;
}

class NoveltyTest : public testing::Test {
 protected:
  NoveltyTest() {
    for (const std::size_t row : screen_.take(100)) screen_.learn(row, screen_.effects()[row].alone, 0.8);
  }
  std::vector<Variance> proposals(int count) {
    std::vector<Variance> found;
    for (int i = 0; i < count; ++i) {
      Rng rng(1, "test", static_cast<std::uint64_t>(i));
      if (auto variance = novelty_.next(screen_.effects(), population_, rng)) found.push_back(*variance);
    }
    return found;
  }
  /// As predicted in V, with this failure rate.
  void learn_from(const std::vector<Variance>& variances, double failure_rate) {
    for (const Variance& variance : variances)
      novelty_.learn(screen_.effects(), variance, novelty_.predicted(screen_.effects(), variance), failure_rate);
  }
  double mean_predicted(const std::vector<Variance>& variances) const {
    double sum = 0.0;
    for (const Variance& variance : variances) sum += novelty_.predicted(screen_.effects(), variance);
    return sum / static_cast<double>(variances.size());
  }

  Problem problem_ = problem();
  Operators operators_{problem_.space};
  Screen screen_{problem_, 8};
  Population population_{problem_.space.catalogue()};
  Novelty novelty_{problem_.space, operators_};
};

TEST_F(NoveltyTest, ProposesSeveralTransformsAtPartOfTheirRange) {
  const std::vector<Variance> found = proposals(30);
  ASSERT_EQ(found.size(), 30U);
  for (const Variance& variance : found) {
    EXPECT_GE(variance.data.size(), 2U);
    EXPECT_LE(space::magnitude(variance, space::toy_catalogue()), 0.5);
    EXPECT_FALSE(variance.config.contains("onednn")) << "carries too small a part: it could be dropped";
  }
}

TEST_F(NoveltyTest, AddsAKnobThatCarriesAPart) {
  const std::vector<Variance> found = proposals(30);
  const auto both = std::ranges::count_if(found, [](const Variance& v) { return v.config.contains("precision"); });
  EXPECT_GT(both, 5);
  EXPECT_LT(both, 25);
}

TEST_F(NoveltyTest, AddsTheEffectsUp) {
  const Variance both = space::repaired({{}, {{"precision", "bf16"}}, 0}, problem_.space);
  EXPECT_DOUBLE_EQ(novelty_.predicted(screen_.effects(), both), 0.2);
}

TEST_F(NoveltyTest, ProposesNoSetTwice) {
  for (const Variance& variance : proposals(30)) population_.add({.variance = variance});
  for (const Variance& variance : proposals(30)) EXPECT_FALSE(population_.has_set(variance));
}

TEST_F(NoveltyTest, BecomesStrongerWhereNothingFails) {
  const double before = mean_predicted(proposals(30));
  learn_from(proposals(10), 0.0);
  EXPECT_GT(mean_predicted(proposals(30)), 1.2 * before);
}

TEST_F(NoveltyTest, BecomesMilderWhereAllFails) {
  const double before = mean_predicted(proposals(30));
  learn_from(proposals(10), 1.0);
  EXPECT_LT(1.2 * mean_predicted(proposals(30)), before);
}

TEST_F(NoveltyTest, LearnsWhatASideReallyDoes) {
  const Variance alone = screen_.effects().front().alone;
  ASSERT_FALSE(alone.data.empty());
  for (int i = 0; i < 30; ++i) novelty_.learn(screen_.effects(), alone, 0.4, 0.3);
  EXPECT_NEAR(novelty_.predicted(screen_.effects(), alone), 0.4, 0.05);
}

}  // namespace
}  // namespace robustcheck::search
