#include "robustcheck/base/text.h"

#include <gtest/gtest.h>

namespace robustcheck {
namespace {

TEST(Text, WritesTheShortestNumberThatReadsBack) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(12.0), "12");
  EXPECT_EQ(std::stod(shortest(1.0 / 3.0)), 1.0 / 3.0);
}

TEST(Text, WritesRatesAsPercent) { EXPECT_EQ(percent(0.0666), "6.7 %"); }

TEST(Text, ProposesTheNearestName) {
  const std::vector<std::string> names = {"rotate", "zoom", "jpeg"};
  EXPECT_EQ(nearest_name("rotat", names), "rotate");
  EXPECT_EQ(nearest_name("brightness", names), "");
  EXPECT_EQ(unknown_name("transform", "rotat", names, "robustcheck list transforms"),
            "unknown transform 'rotat'; did you mean 'rotate'? (robustcheck list transforms)");
}

TEST(Text, ListsTheAllowedNamesWhenNoneIsNear) {
  const std::vector<std::string> names = {"rgb", "gray"};
  EXPECT_EQ(unknown_name("value", "something", names), "unknown value 'something'; allowed: rgb, gray");
}

TEST(Text, SplitsAndJoins) {
  EXPECT_EQ(split("a,b,,c", ','), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(join(std::vector<std::string>{"a", "b"}, ", "), "a, b");
}

}  // namespace
}  // namespace robustcheck
