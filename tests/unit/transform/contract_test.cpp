#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "pictures.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

using space::Parameter;
using space::Step;

/// What holds for every transform, also for those not yet written.
class TransformContract : public testing::TestWithParam<Transform> {
 protected:
  const space::TransformInfo& info() const { return GetParam().info; }

  Step neutral() const {
    Step step{info().name, {}, space::Border::reflect};
    for (const Parameter& parameter : info().parameters) step.values.push_back(parameter.neutral);
    return step;
  }

  /// Every parameter, strength or not, at that share of its range.
  Step at(double share) const {
    Step step = neutral();
    for (std::size_t i = 0; i < step.values.size(); ++i) {
      const Parameter& parameter = info().parameters[i];
      step.values[i] = std::clamp(parameter.at(share), parameter.low, parameter.high);
    }
    return step;
  }

  static cv::Mat run(const cv::Mat& image, const Step& step, std::uint64_t seed = 1, std::uint64_t key = 2) {
    return apply_chain(image, {&step, 1}, seed, key);
  }

  /// Both ends of every range and what lies between, on every border that counts.
  std::vector<Step> samples() const {
    std::vector<Step> steps;
    for (const double share : {-1.0, -0.4, 0.02, 0.5, 1.0})
      for (const space::Border border : {space::Border::reflect, space::Border::replicate, space::Border::black}) {
        steps.push_back(at(share));
        steps.back().border = border;
        if (!info().has_border) break;
      }
    return steps;
  }
};

TEST_P(TransformContract, DescribesItself) {
  EXPECT_FALSE(info().family.empty());
  EXPECT_FALSE(info().summary.empty());
  EXPECT_FALSE(info().source.empty());
  EXPECT_TRUE(
      std::any_of(info().parameters.begin(), info().parameters.end(), [](const Parameter& p) { return p.strength; }));
  for (const Parameter& parameter : info().parameters) {
    EXPECT_LT(parameter.low, parameter.high) << parameter.name;
    EXPECT_GE(parameter.neutral, parameter.low) << parameter.name;
    EXPECT_LE(parameter.neutral, parameter.high) << parameter.name;
  }
}

TEST_P(TransformContract, IsIdentityAtNeutral) {
  for (const auto& [name, image] : pictures()) EXPECT_TRUE(same(run(image, neutral()), image)) << name;
}

/// The strengths start where the identity ends: no jump.
TEST_P(TransformContract, DoesNothingVisibleNextToNeutral) {
  for (const auto& [name, image] : pictures())
    for (const double share : {-1e-6, 1e-6}) {
      Step step = neutral();
      for (std::size_t i = 0; i < step.values.size(); ++i)
        if (info().parameters[i].strength) step.values[i] = info().parameters[i].at(share);
      EXPECT_TRUE(same(run(image, step), image)) << name;
    }
}

TEST_P(TransformContract, KeepsSizeAndType) {
  for (const auto& [name, image] : pictures())
    for (const Step& step : samples()) {
      const cv::Mat result = run(image, step);
      EXPECT_EQ(result.size(), image.size()) << name;
      EXPECT_EQ(result.type(), image.type()) << name;
    }
}

TEST_P(TransformContract, LeavesItsInputAlone) {
  for (const auto& [name, image] : pictures()) {
    const cv::Mat before = image.clone();
    for (const Step& step : samples()) {
      Rng rng(1, "transform", 0);
      if (!space::is_neutral(step, info())) GetParam().apply(image, Values(info(), step), rng);
    }
    EXPECT_TRUE(same(image, before)) << name;
  }
}

TEST_P(TransformContract, ChangesAPicture) {
  const cv::Mat image = picture(224, 224, 3);
  for (const double share : {-1.0, 1.0}) {
    const Step step = at(share);
    if (space::is_neutral(step, info())) continue;  // a one-sided range
    EXPECT_GT(difference(run(image, step), image), 1.0) << share;
  }
}

TEST_P(TransformContract, GivesTheSamePixelsForTheSameSeed) {
  for (const auto& [name, image] : pictures())
    for (const Step& step : samples()) EXPECT_TRUE(same(run(image, step), run(image.clone(), step))) << name;
}

TEST_P(TransformContract, DependsOnSeedAndImageExactlyWhenDeclaredStochastic) {
  const cv::Mat image = picture(28, 28, 1);
  const Step step = at(1.0).values == neutral().values ? at(-1.0) : at(1.0);
  EXPECT_EQ(!same(run(image, step, 1, 2), run(image, step, 3, 2)), info().stochastic);
  EXPECT_EQ(!same(run(image, step, 1, 2), run(image, step, 1, 4)), info().stochastic);
}

TEST_P(TransformContract, WorksOnAPartOfALargerImage) {
  const cv::Mat framed = picture(60, 50, 3);
  const cv::Mat part = framed(cv::Rect(11, 7, 33, 29));
  for (const Step& step : samples()) EXPECT_TRUE(same(run(part, step), run(part.clone(), step)));
}

TEST_P(TransformContract, SurvivesJson) {
  for (const Step& step : samples()) {
    const space::Variance variance = space::canonical({{step}, {}, 7}, catalogue());
    const Json json = space::to_json(variance, catalogue());
    EXPECT_EQ(space::variance_from_json(parse_json(json.dump(), "test"), catalogue(), "test"), variance) << json.dump();
  }
}

/// Those that treat the three channels alike.
class ColourlessContract : public TransformContract {};

TEST_P(ColourlessContract, KeepsGrayGray) {
  const cv::Mat colour = gray_in_colour(50, 41);
  for (const Step& step : samples()) {
    std::vector<cv::Mat> channels;
    cv::split(run(colour, step), channels);
    EXPECT_TRUE(same(channels[0], channels[1]) && same(channels[0], channels[2]));
  }
}

class MonotoneContract : public TransformContract {};

TEST_P(MonotoneContract, ChangesMoreWithEachStrength) {
  const cv::Mat image = picture(224, 224, 3);
  for (std::size_t i = 0; i < info().parameters.size(); ++i) {
    if (!info().parameters[i].strength) continue;
    for (const double side : {-1.0, 1.0}) {
      double before = 0.0;
      for (const double share : {0.25, 0.5, 0.75, 1.0}) {
        Step step = neutral();
        step.values[i] = info().parameters[i].at(side * share);
        const double now = difference(run(image, step), image);
        EXPECT_GE(now, before) << info().parameters[i].name << ' ' << step.values[i];
        before = now;
      }
    }
  }
}

std::vector<Transform> those(bool (*wanted)(const space::TransformInfo&)) {
  std::vector<Transform> chosen;
  for (const Transform& transform : all())
    if (wanted(transform.info)) chosen.push_back(transform);
  return chosen;
}

/// Noise may differ between the channels, coloured light tints a white wall, and a gray has hue 0 (red) in HSV.
bool treats_channels_alike(const space::TransformInfo& info) {
  return !info.stochastic && info.name != "white_balance" && info.name != "hsv_saturation";
}

bool is_monotone(const space::TransformInfo& info) { return info.monotone; }

const auto by_name = [](const auto& instance) { return instance.param.info.name; };
INSTANTIATE_TEST_SUITE_P(All, TransformContract, testing::ValuesIn(all()), by_name);
INSTANTIATE_TEST_SUITE_P(Colourless, ColourlessContract, testing::ValuesIn(those(&treats_channels_alike)), by_name);
INSTANTIATE_TEST_SUITE_P(Monotone, MonotoneContract, testing::ValuesIn(those(&is_monotone)), by_name);

}  // namespace

/// How a failing case is named.
void PrintTo(const Transform& transform, std::ostream* out) { *out << transform.info.name; }

}  // namespace robustcheck::transform
