#include "robustcheck/analysis/attribute.h"

#include <gtest/gtest.h>

#include "robustcheck/base/error.h"

namespace robustcheck::analysis {
namespace {

TEST(Attribute, CountsWhatOnlyTheCombinationBreaksNetOfWhatItSaves) {
  const Outcomes data = {1, 1, 0, 0, 0, 0, 0, 0}, config = {0, 0, 1, 0, 0, 0, 0, 0}, both = {1, 0, 0, 1, 1, 1, 1, 0};
  const Attribution found = attribute(data, config, both);
  EXPECT_DOUBLE_EQ(found.data, 2.0 / 8);
  EXPECT_DOUBLE_EQ(found.config, 1.0 / 8);
  EXPECT_DOUBLE_EQ(found.both, 5.0 / 8);
  EXPECT_DOUBLE_EQ(found.interaction.value, 5.0 / 8 - 3.0 / 8);
}

TEST(Attribute, NeedsBothOnlyWhenTheIntervalIsAboveZero) {
  Outcomes none(200, 0), both(200, 0);
  for (std::size_t i = 0; i < 40; ++i) both[i] = 1;
  EXPECT_TRUE(attribute(none, none, both).interacts());
  Outcomes data(200, 0);
  for (std::size_t i = 160; i < 200; ++i) data[i] = 1;  // as many saved as broken
  EXPECT_FALSE(attribute(data, none, both).interacts());
}

TEST(Attribute, RefusesOutcomesOfDifferentImages) { EXPECT_THROW(attribute({1}, {1, 0}, {1, 0}), Error); }

TEST(Severity, FallsWithMagnitude) {
  EXPECT_GT(severity(50, 100, 0.1), severity(50, 100, 0.9));
  EXPECT_GT(severity(500, 1000, 0.5), severity(5, 10, 0.5));
  EXPECT_EQ(severity(0, 0, 0.5), 0.0);
}

}  // namespace
}  // namespace robustcheck::analysis
