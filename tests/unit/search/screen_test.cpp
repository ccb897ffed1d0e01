/// Group testing of knob values where it is known which of them matter.
#include "../../../src/search/screen.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "../space/fixture.h"

namespace robustcheck::search {
namespace {

using space::Variance;

Problem knobs_only() {
  Problem problem;
  problem.space = space::make_space(
      {.profiles = {"deployment"}, .transforms = {}, .knobs = {"-device"}, .validity = {}}, space::toy_catalogue());
  problem.budget = 20000;
  return problem;
}

struct Screened {
  std::size_t rows = 0;
  std::vector<Effect> effects;
  double effect(const std::string& knob, const std::string& value) const {
    for (const Effect& one : effects)
      if (one.alone.config.size() == 1 &&
          *one.alone.config.begin() == std::pair<const std::string, std::string>(knob, value))
        return one.violation;
    return -1.0;
  }
};

Screened screened(const std::function<double(const Variance&)>& violation) {
  Screen screen(knobs_only(), 8);
  Screened result;
  while (!screen.done())
    for (const Screen::Row& row : screen.take(16)) {
      screen.learn(row, row.variance, violation(row.variance));
      ++result.rows;
    }
  result.effects = screen.effects();
  return result;
}

TEST(Screen, SpendsFewRowsOnKnobsThatDoNothing) {
  const Screened result = screened([](const Variance&) { return 0.0; });
  EXPECT_GT(result.effects.size(), 80U);
  EXPECT_LT(2 * result.rows, result.effects.size());
}

TEST(Screen, TellsAStrongValueApartFromItsGroup) {
  const auto landscape = [](const Variance& v) { return v.config.contains("deterministic") ? 0.5 : 0.0; };
  const Screened result = screened(landscape);
  EXPECT_EQ(result.effect("deterministic", "on"), 0.5);
  for (const Effect& one : result.effects) {
    if (one.alone.config.contains("deterministic")) continue;
    EXPECT_LT(one.violation, 0.1) << one.alone.config.begin()->first;
  }
  EXPECT_LT(2 * result.rows, result.effects.size());
}

TEST(Screen, AsksForNothingThatCannotBeCombined) {
  screened([](const Variance& variance) {
    EXPECT_EQ(space::incompatible(variance.config), "");
    return 0.5;
  });
}

TEST(Screen, EndsWithAnEighthOfTheBudget) {
  EXPECT_LE(screened([](const Variance&) { return 1.0; }).rows * 8, 20000U / 8 + 8);
}

}  // namespace
}  // namespace robustcheck::search
