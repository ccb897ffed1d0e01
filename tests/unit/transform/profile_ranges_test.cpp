#include <gtest/gtest.h>

#include "robustcheck/space/space.h"
#include "robustcheck/transform/catalogue.h"
#include "robustcheck/transform/imagenet_c.h"

namespace robustcheck::transform {
namespace {

space::Space profile(const std::string& name) { return space::make_space({.profiles = {name}}, catalogue()); }

bool inside(const space::Range& inner, const space::Range& outer) {
  return outer.low <= inner.low && inner.high <= outer.high;
}

/// A misspelt row of a table falls out of the ranges or names what is not there.
TEST(ProfileRanges, LieInsideTheRegisteredOnesAndHoldNeutral) {
  for (const space::Profile& entry : space::all_profiles())
    for (const space::TransformGene& gene : profile(entry.name).transforms)
      for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
        const space::Parameter& parameter = gene.info.parameters[i];
        EXPECT_TRUE(inside(gene.ranges[i], {parameter.low, parameter.high}))
            << entry.name << ' ' << gene.info.name << '.' << parameter.name;
        EXPECT_TRUE(!parameter.strength || inside({parameter.neutral, parameter.neutral}, gene.ranges[i]))
            << entry.name << ' ' << gene.info.name << '.' << parameter.name;
      }
}

TEST(ProfileRanges, GrowFromMildOverModerateToSevere) {
  const space::Space mild = profile("mild"), moderate = profile("moderate"), severe = profile("severe");
  EXPECT_EQ(severe.transforms.size(), catalogue().transforms.size());
  for (const space::TransformGene& gene : severe.transforms) {
    const space::TransformGene* medium = moderate.find_transform(gene.info.name);
    ASSERT_NE(medium, nullptr) << gene.info.name;
    const space::TransformGene* low = mild.find_transform(gene.info.name);
    for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
      EXPECT_TRUE(inside(medium->ranges[i], gene.ranges[i])) << gene.info.name;
      EXPECT_TRUE(low == nullptr || inside(low->ranges[i], medium->ranges[i])) << gene.info.name;
    }
  }
}

TEST(ProfileRanges, MildHoldsAllButTheMirrorImage) {
  EXPECT_EQ(profile("mild").transforms.size() + 1, catalogue().transforms.size());
  EXPECT_EQ(profile("mild").find_transform("flip_horizontal"), nullptr);
}

/// Hull of the severities, and what is milder for strengths; what no severity moves stays at neutral.
TEST(ProfileRanges, OfImagenetCHoldItsPointsAndNoMore) {
  const space::Space space = profile("imagenet-c");
  EXPECT_EQ(space.transforms.size(), imagenet_c().size());
  for (const Corruption& corruption : imagenet_c()) {
    const space::TransformGene* gene = space.find_transform(corruption.severities[0].transform);
    ASSERT_NE(gene, nullptr) << corruption.name;
    for (std::size_t i = 0; i < gene->ranges.size(); ++i) {
      const space::Parameter& parameter = gene->info.parameters[i];
      double low = parameter.strength ? parameter.neutral : 1e9, high = parameter.strength ? parameter.neutral : -1e9;
      for (const space::Step& step : corruption.severities) {
        low = std::min(low, step.values[i]);
        high = std::max(high, step.values[i]);
      }
      EXPECT_NEAR(gene->ranges[i].low, low, 1e-12) << corruption.name << '.' << parameter.name;
      EXPECT_NEAR(gene->ranges[i].high, high, 1e-12) << corruption.name << '.' << parameter.name;
    }
  }
}

}  // namespace
}  // namespace robustcheck::transform
