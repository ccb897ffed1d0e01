/// Main effects: of knob values from the probe, of transforms from trials.
#include "../../../src/search/screen.h"

#include <gtest/gtest.h>

#include <set>

#include "../space/fixture.h"

namespace robustcheck::search {
namespace {

Problem both_sides() {
  Problem problem;
  problem.space =
      space::make_space({.profiles = {"severe", "deployment"}, .transforms = {}, .knobs = {"-device"}, .validity = {}},
                        space::toy_catalogue());
  problem.budget = 20000;
  problem.knob_effects = {{"deterministic", "on", 0.5}, {"precision", "bf16", 0.1}};
  return problem;
}

double effect_of(const Screen& screen, const std::string& knob) {
  for (const Effect& one : screen.effects())
    if (one.is_knob() && one.alone.config.contains(knob)) return one.violation;
  return -1.0;
}

TEST(Screen, TakesEverySideOfEveryTransformOnceAndNoKnob) {
  Screen screen(both_sides(), 8);
  const std::vector<std::size_t> rows = screen.take(1000);
  EXPECT_TRUE(screen.done());
  std::set<std::pair<std::string, bool>> sides;
  for (const std::size_t row : rows) {
    ASSERT_FALSE(screen.effects()[row].is_knob());
    const space::Step& step = screen.effects()[row].alone.data.front();
    EXPECT_TRUE(sides.insert({step.transform, step.values.front() > 0}).second);
  }
  EXPECT_EQ(rows.size(), 4U);  // rotate has two sides, jpeg and blur one
}

TEST(Screen, KnowsTheKnobsFromTheProbe) {
  const Screen screen(both_sides(), 8);
  EXPECT_EQ(effect_of(screen, "deterministic"), 0.5);
  EXPECT_EQ(effect_of(screen, "precision"), 0.1);
  EXPECT_EQ(effect_of(screen, "threads"), -1.0);
}

TEST(Screen, LeavesAKnobOutThatTheSpaceDoesNotHold) {
  Problem problem = both_sides();
  problem.knob_effects.push_back({"device", "cuda:0", 1.0});
  EXPECT_EQ(effect_of(Screen(problem, 8), "device"), -1.0);
}

TEST(Screen, RemembersTheMilderVarianceThatWasRun) {
  Screen screen(both_sides(), 8);
  const std::size_t row = screen.take(1).front();
  space::Variance milder = screen.effects()[row].alone;
  milder.data.front().values.front() /= 2;
  screen.learn(row, milder, 0.7);
  EXPECT_EQ(screen.effects()[row].alone, milder);
  EXPECT_EQ(screen.effects()[row].violation, 0.7);
}

TEST(Screen, EndsWithAnEighthOfTheBudget) {
  Problem problem = both_sides();
  problem.budget = 8 * 8 * 2;
  EXPECT_EQ(Screen(problem, 8).take(1000).size(), 4U);  // at least forty rows, however small the budget
}

TEST(Screen, IsEmptyWhenItIsLeftOut) {
  Problem problem = both_sides();
  problem.without = {"screen"};
  EXPECT_TRUE(Screen(problem, 8).done());
}

}  // namespace
}  // namespace robustcheck::search
