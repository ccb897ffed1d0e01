#include "robustcheck/app/sweep.h"

#include <gtest/gtest.h>

namespace robustcheck::app {
namespace {

TEST(Sweep, MarksACellInWhichImagesGaveNoOutput) {
  const Grid grid{"g", "", "corruption", "severity", {}, {}};
  const SweepResult result{
      "g",
      std::nullopt,
      {{{"fog", "1", {}}, Share{9, 10}, {1, 10}, 0, ""}, {{"fog", "2", {}}, Share{5, 10}, {5, 10}, 2, "too bright"}}};
  const std::string text = table(result, grid);
  EXPECT_NE(text.find("  50.0 %*"), std::string::npos) << text;
  EXPECT_EQ(text.find("90.0 %*"), std::string::npos) << text;
}

}  // namespace
}  // namespace robustcheck::app
