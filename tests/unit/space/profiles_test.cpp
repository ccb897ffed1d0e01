#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"
#include "robustcheck/space/space.h"

namespace robustcheck::space {
namespace {

using testing::ElementsAre;

Parameter strength(const std::string& name, double low, double high, double neutral) {
  return {.name = name, .low = low, .high = high, .neutral = neutral, .unit = ""};
}

/// What the spatial profiles and some others name, with the registered ranges of DESIGN.
Catalogue catalogue() {
  Catalogue catalogue;
  const auto add = [&](const std::string& name, std::vector<Parameter> parameters, bool has_border) {
    catalogue.transforms.push_back({.name = name,
                                    .family = "",
                                    .summary = "",
                                    .source = "",
                                    .parameters = std::move(parameters),
                                    .has_border = has_border});
  };
  add("brightness", {strength("offset", -0.5, 0.5, 0)}, false);
  add("contrast", {strength("factor", 0.2, 2, 1)}, false);
  add("rotate", {strength("degrees", -45, 45, 0)}, true);
  add("translate", {strength("x", -0.25, 0.25, 0), strength("y", -0.25, 0.25, 0)}, true);
  add("shear", {strength("x", -0.3, 0.3, 0), strength("y", -0.3, 0.3, 0)}, true);
  add("zoom", {strength("factor", 0.5, 2, 1)}, true);
  add("flip_horizontal", {strength("on", 0, 1, 0)}, false);
  add("vignette", {strength("loss", 0, 0.97, 0)}, false);
  add("fog",
      {strength("amount", 0, 3, 0),
       {.name = "decay", .low = 1, .high = 3, .neutral = 2, .unit = "", .strength = false}},
      false);
  add("unlisted", {strength("amount", 0, 1, 0)}, false);
  add("jpeg", {strength("quality", 5, 100, 100)}, false);
  catalogue.knobs = all_knobs();
  return catalogue;
}

Space space_of(std::vector<std::string> profiles) { return make_space({.profiles = std::move(profiles)}, catalogue()); }

std::vector<std::string> names(const Space& space) {
  std::vector<std::string> names;
  for (const TransformGene& gene : space.transforms) names.push_back(gene.info.name);
  return names;
}

Range range(const Space& space, const std::string& transform, std::size_t parameter = 0) {
  return space.find_transform(transform)->ranges.at(parameter);
}

void expect_range(const Space& space, const std::string& transform, double low, double high,
                  std::size_t parameter = 0) {
  EXPECT_DOUBLE_EQ(range(space, transform, parameter).low, low) << transform;
  EXPECT_DOUBLE_EQ(range(space, transform, parameter).high, high) << transform;
}

std::vector<std::string> knob_names(const Space& space) {
  std::vector<std::string> names;
  for (const KnobGene& gene : space.knobs) names.push_back(gene.info.name);
  return names;
}

std::vector<std::string> knobs_of_class(const std::string& knob_class) {
  std::vector<std::string> names;
  for (const KnobInfo& knob : all_knobs())
    if (knob.knob_class == knob_class) names.push_back(knob.name);
  return names;
}

TEST(Profiles, HaveOneSentenceEach) {
  std::set<std::string> seen;
  for (const Profile& profile : all_profiles()) {
    EXPECT_TRUE(seen.insert(profile.name).second) << profile.name;
    EXPECT_GT(profile.summary.size(), 20U) << profile.name;
    EXPECT_FALSE(space_of({profile.name}).empty()) << profile.name;
  }
  for (const std::string name :
       {"mild", "moderate", "severe", "sensei", "engstrom", "weather", "camera", "web", "imagenet-c", "deployment",
        "numerical", "quantization", "preprocessing", "structural", "mistakes"})
    EXPECT_TRUE(seen.contains(name)) << name;
}

TEST(Profiles, SenseiIsItsPublishedBox) {
  const Space space = space_of({"sensei"});
  EXPECT_THAT(names(space), ElementsAre("rotate", "translate", "shear", "zoom", "brightness", "contrast"));
  expect_range(space, "rotate", -30, 30);
  expect_range(space, "translate", -0.1, 0.1, 0);
  expect_range(space, "translate", -0.1, 0.1, 1);
  expect_range(space, "shear", -0.1, 0.1, 0);
  expect_range(space, "shear", -0.1, 0.1, 1);
  expect_range(space, "zoom", 0.9, 1.1);
  expect_range(space, "brightness", -32 / 255.0, 32 / 255.0);
  expect_range(space, "contrast", 0.8, 1.2);
}

TEST(Profiles, EngstromRotatesAndShiftsOnly) {
  const Space space = space_of({"engstrom"});
  EXPECT_THAT(names(space), ElementsAre("rotate", "translate"));
  expect_range(space, "rotate", -30, 30);
  expect_range(space, "translate", -0.1, 0.1, 1);
}

TEST(Profiles, SpatialOnesHaveBlackBorders) {
  const Space space = space_of({"sensei"});
  Rng rng(1, "profiles");
  EXPECT_EQ(step_at(*space.find_transform("rotate"), 1.0, rng).border, Border::black);
  EXPECT_EQ(random_step(*space.find_transform("zoom"), rng).border, Border::black);
  EXPECT_EQ(random_step(*space.find_transform("contrast"), rng).border, Border::reflect);  // takes none
  EXPECT_EQ(random_step(*space_of({"moderate"}).find_transform("rotate"), rng).border, Border::reflect);
}

TEST(Profiles, GiveTheirBorderToWhatAStrategyProposes) {
  const Variance proposed{{{"rotate", {10}, Border::reflect}, {"contrast", {1.1}}}, {}, 0};
  const Variance fixed = repaired(proposed, space_of({"engstrom", "sensei"}));
  EXPECT_EQ(fixed.data.at(0).border, Border::black);
  EXPECT_EQ(fixed.data.at(1).border, Border::reflect);
  EXPECT_EQ(variance_from_json(to_json(fixed, catalogue()), catalogue(), "test"), fixed);
}

TEST(Profiles, WriteABlackBorderIntoTheReport) {
  EXPECT_EQ(to_json(space_of({"engstrom"}))["transforms"][0]["border"], "black");
  EXPECT_FALSE(to_json(space_of({"mild"}))["transforms"][0].contains("border"));
}

TEST(Profiles, JoinToTheHullWithTheBorderOfTheFirst) {
  const Space space = space_of({"engstrom", "moderate"});
  expect_range(space, "rotate", -30, 30);
  EXPECT_EQ(space.find_transform("rotate")->border, Border::black);
  EXPECT_EQ(space.find_transform("shear")->border, Border::reflect);
  EXPECT_EQ(space_of({"moderate", "engstrom"}).find_transform("rotate")->border, Border::reflect);
}

TEST(Profiles, LeaveOutWhatHasNoStrengthInThem) {
  EXPECT_EQ(space_of({"mild"}).find_transform("flip_horizontal"), nullptr);
  EXPECT_NE(space_of({"moderate"}).find_transform("flip_horizontal"), nullptr);
}

TEST(Profiles, GiveAQuarterOrAHalfWhereNothingIsListed) {
  expect_range(space_of({"mild"}), "unlisted", 0, 0.25);
  expect_range(space_of({"moderate"}), "unlisted", 0, 0.5);
}

TEST(Profiles, ThemedOnesHoldTheirThemeOnly) {
  EXPECT_THAT(names(space_of({"weather"})), ElementsAre("fog"));
  EXPECT_THAT(names(space_of({"camera"})), ElementsAre("vignette"));
  EXPECT_THAT(names(space_of({"web"})), ElementsAre("jpeg"));
}

TEST(Profiles, KeepGrossMistakesApart) {
  EXPECT_THAT(knob_names(space_of({"mistakes"})), ElementsAre("channel_order", "normalization"));
  EXPECT_EQ(space_of({"deployment"}).find_knob("normalization"), nullptr);
  // Without checkpoints model_variant has nothing to vary.
  EXPECT_EQ(space_of({"deployment", "mistakes"}).knobs.size() + 1, all_knobs().size());
}

TEST(Profiles, GroupKnobsByClass) {
  for (const std::string name : {"numerical", "quantization", "structural"}) {
    std::vector<std::string> expected = knobs_of_class(name);
    std::erase(expected, "model_variant");  // no checkpoint was given
    EXPECT_EQ(knob_names(space_of({name})), expected) << name;
    EXPECT_TRUE(space_of({name}).transforms.empty()) << name;
  }
  const Space preprocessing = space_of({"preprocessing"});
  EXPECT_EQ(preprocessing.knobs.size(), knobs_of_class("preprocessing").size() - 2);
  EXPECT_NE(preprocessing.find_knob("resize_filter"), nullptr);
  EXPECT_EQ(preprocessing.find_knob("channel_order"), nullptr);
}

}  // namespace
}  // namespace robustcheck::space
