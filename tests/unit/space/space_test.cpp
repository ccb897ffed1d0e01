#include "robustcheck/space/space.h"

#include <gtest/gtest.h>

#include "fixture.h"
#include "robustcheck/base/error.h"

namespace robustcheck::space {
namespace {

Space toy_space(SpaceRequest request = {}) { return make_space(request, toy_catalogue()); }

TEST(Space, JoinsProfiles) {
  const Space space = toy_space({.profiles = {"mild", "deployment"}});
  EXPECT_EQ(space.transforms.size(), 3U);
  EXPECT_EQ(space.knobs.size(), toy_space({.profiles = {"deployment"}}).knobs.size());
  EXPECT_EQ(space.find_transform("rotate")->ranges[0].high, 7.0);
}

TEST(Space, VariesTheCheckpointsThatWereGiven) {
  const Catalogue catalogue = with_variants(toy_catalogue(), {"seed2", "tf"});
  const Space space = make_space({.profiles = {"deployment"}}, catalogue);
  ASSERT_NE(space.find_knob("model_variant"), nullptr);
  EXPECT_EQ(space.find_knob("model_variant")->values, (std::vector<std::string>{"seed2", "tf"}));
  EXPECT_NO_THROW(toy_space({.knobs = {"-model_variant"}}));
  try {
    toy_space({.knobs = {"model_variant"}});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "--knobs: model_variant has no value but as_given; give checkpoints with --variant NAME=FILE");
  }
}

TEST(Space, KeepsDropsOrEmptiesByList) {
  EXPECT_EQ(toy_space({.transforms = {"jpeg"}}).transforms.size(), 1U);
  EXPECT_EQ(toy_space({.transforms = {"-jpeg"}}).find_transform("jpeg"), nullptr);
  EXPECT_TRUE(toy_space({.transforms = {"none"}}).transforms.empty());
  EXPECT_TRUE(toy_space({.transforms = {"none"}, .knobs = {"none"}}).empty());
}

TEST(Space, ProposesTheNameThatWasMeant) {
  try {
    toy_space({.knobs = {"-precison"}});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "--knobs: unknown knob 'precison'; did you mean 'precision'? (robustcheck list knobs)");
  }
  EXPECT_THROW(toy_space({.profiles = {"medium"}}), Error);
}

TEST(Space, DrawsOnlyFromItsRanges) {
  const Space space = toy_space();
  Rng rng(1, "space");
  for (int i = 0; i < 200; ++i) {
    const Step step = random_step(*space.find_transform("rotate"), rng);
    EXPECT_LE(std::abs(step.values[0]), 20.0);
    const Step jpeg = random_step(*space.find_transform("jpeg"), rng);
    EXPECT_EQ(jpeg.values[0], std::round(jpeg.values[0]));
  }
}

TEST(Space, PlacesAStepAtAShareOfItsRange) {
  const Space space = toy_space();
  Rng rng(1, "space");
  EXPECT_EQ(step_at(*space.find_transform("rotate"), -0.5, rng).values[0], -10.0);
  EXPECT_EQ(step_at(*space.find_transform("jpeg"), -1.0, rng).values[0], 30.0);
  EXPECT_TRUE(has_side(*space.find_transform("jpeg"), -1));
  EXPECT_FALSE(has_side(*space.find_transform("jpeg"), 1));
}

TEST(Parameter, StaysInItsRangeAtItsEnds) {
  const Parameter contrast{"factor", 0.2, 2.0, 1.0};
  EXPECT_EQ(contrast.at(-1.0), 0.2);  // 1 - (1 - 0.2) is a little less
  EXPECT_EQ(contrast.at(1.0), 2.0);
}

TEST(Space, RepairsWhatAStrategyProposes) {
  Space space = toy_space();
  space.max_transforms = 2;
  std::erase(space.knobs.front().values, "bf16");
  Variance variance;
  variance.data = {{"jpeg", {10}}, {"jpeg", {50}}, {"rotate", {0}}, {"rotate", {-90}}, {"blur", {0.2, 10}}};
  variance.config = {{"precision", "bf16"}, {"threads", "2"}};
  const Variance fixed = repaired(variance, space);
  ASSERT_EQ(fixed.data.size(), 2U);
  EXPECT_EQ(fixed.data[0].values[0], 30.0);
  EXPECT_EQ(fixed.data[1].values[0], -20.0);
  EXPECT_EQ(fixed.config, (Assignment{{"threads", "2"}}));
  EXPECT_EQ(repaired(fixed, space), fixed);
}

TEST(Space, KnowsWhichKnobsCannotBeCombined) {
  EXPECT_NE(incompatible({{"yuv_matrix", "bt709"}}), "");
  EXPECT_NE(incompatible({{"yuv", "none"}, {"yuv_matrix", "bt709"}}), "");
  EXPECT_EQ(incompatible({{"yuv_matrix", "bt601"}}), "");
  EXPECT_EQ(incompatible({{"yuv", "i420"}, {"yuv_matrix", "bt709"}}), "");
  EXPECT_NE(incompatible({{"crop_fraction", "0.75"}, {"resize_rule", "direct"}}), "");
  EXPECT_EQ(incompatible({{"crop_fraction", "as_specified"}, {"resize_rule", "direct"}}), "");
  EXPECT_EQ(incompatible({{"crop_fraction", "0.75"}, {"resize_rule", "shorter_side_crop"}}), "");
  EXPECT_EQ(incompatible({}), "");
}

TEST(Space, TakesBackOnlyTheKnobThatCannotBeCombined) {
  Variance variance;
  variance.config = {{"crop_fraction", "0.75"}, {"resize_rule", "direct"}, {"threads", "2"}, {"yuv_matrix", "bt709"}};
  EXPECT_EQ(repaired(variance, toy_space({.knobs = {"-yuv"}})).config,
            (Assignment{{"resize_rule", "direct"}, {"threads", "2"}}));
}

TEST(Space, SetsTheKnobThatAnotherOneNeeds) {
  const Assignment whole = {{"yuv", "i420"}, {"yuv_matrix", "bt709"}};
  EXPECT_EQ(repaired({{}, {{"yuv_matrix", "bt709"}}, 0}, toy_space()).config, whole);
  EXPECT_EQ(completed({{"yuv_matrix", "bt709"}}), whole);
  EXPECT_EQ(completed({{"yuv", "nv12"}, {"yuv_matrix", "bt709"}}).at("yuv"), "nv12");
  EXPECT_EQ(completed({}), Assignment{});
}

TEST(Conflicts, AreRefusedWithTheReason) {
  EXPECT_EQ(incompatible({{"precision", "bf16"}, {"graph", "frozen"}}), "");
  EXPECT_EQ(incompatible({{"int8", "static_per_tensor"}, {"precision", "bf16"}}),
            "int8=static_per_tensor with precision=bf16: int8 quantizes a network in fp32");
  EXPECT_EQ(incompatible({{"int8_engine", "onednn"}}), "") << "a file may be quantized already";
  EXPECT_EQ(incompatible({{"int8_engine", "x86"}}), "") << "its reference value";
}

/// Every row names knobs and values that exist, or it would never apply.
TEST(Conflicts, EndWithSomethingThatCanBeDone) {
  const Space space = toy_space({.profiles = {"deployment"}});
  for (const KnobGene& one : space.knobs)
    for (const KnobGene& other : space.knobs)
      for (const std::string& value : one.values)
        for (const std::string& second : other.values) {
          const Assignment fixed = compatible({{one.info.name, value}, {other.info.name, second}}, space);
          EXPECT_EQ(incompatible(fixed), "");
          EXPECT_EQ(compatible(fixed, space), fixed);
        }
}

TEST(Conflicts, WhatIsBitEqualIsNotSearchedButMayBeAskedFor) {
  const Assignment config = {{"graph", "optimized"}, {"onednn", "off"}};
  EXPECT_EQ(incompatible(config), "");
  EXPECT_EQ(compatible(config, toy_space({.profiles = {"deployment"}})), (Assignment{{"graph", "optimized"}}));
}

TEST(Conflicts, ANeedThatCannotBeMetIsDropped) {
  const Space space = toy_space({.profiles = {"deployment"}});
  EXPECT_EQ(compatible({{"int8_engine", "onednn"}}, space),
            (Assignment{{"int8", "static_per_channel"}, {"int8_engine", "onednn"}}));
  EXPECT_EQ(compatible({{"int8_engine", "onednn"}, {"precision", "bf16"}}, space), (Assignment{{"precision", "bf16"}}));
}

}  // namespace
}  // namespace robustcheck::space
