#include <gtest/gtest.h>

#include <map>
#include <string>

#include "pictures.h"
#include "robustcheck/transform/imagenet_c.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

space::Step step_of(const std::string& name, const std::map<std::string, double>& values) {
  const space::TransformInfo& info = find(name)->info;
  space::Step step{name, {}, space::Border::reflect};
  for (const space::Parameter& parameter : info.parameters) {
    const auto given = values.find(parameter.name);
    step.values.push_back(given == values.end() ? parameter.neutral : given->second);
  }
  return step;
}

cv::Mat run(const cv::Mat& image, const std::string& name, const std::map<std::string, double>& values) {
  const space::Step step = step_of(name, values);
  return apply_chain(image, {&step, 1}, 1, 2);
}

cv::Mat pixel(int blue, int green, int red) { return {1, 1, CV_8UC3, cv::Scalar(blue, green, red)}; }

TEST(HsvValue, MovesTheLargestChannelAndKeepsTheRatios) {
  EXPECT_TRUE(same(run(pixel(25, 50, 100), "hsv_value", {{"offset", 100.0 / 255.0}}), pixel(50, 100, 200)));
}

TEST(HsvValue, TurnsBlackGray) {
  EXPECT_TRUE(same(run(pixel(0, 0, 0), "hsv_value", {{"offset", 0.2}}), pixel(51, 51, 51)));
}

TEST(HsvSaturation, MovesTheOtherChannelsAwayFromTheLargest) {
  EXPECT_TRUE(same(run(pixel(80, 90, 100), "hsv_saturation", {{"factor", 2.0}}), pixel(60, 80, 100)));
}

TEST(HsvSaturation, StopsAtFullSaturation) {
  EXPECT_TRUE(same(run(pixel(80, 90, 100), "hsv_saturation", {{"factor", 20.0}}), pixel(0, 50, 100)));
}

TEST(ContrastAboutMean, KeepsTheMeanOfEachChannel) {
  const cv::Mat image = picture(64, 48, 3);
  const cv::Scalar before = cv::mean(image);
  const cv::Scalar after = cv::mean(run(image, "contrast_about_mean", {{"factor", 0.1}}));
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(after[c], before[c], 0.6);
}

TEST(Pixelate, ShowsTheMeanOfEachCell) {
  const cv::Mat image = picture(448, 448, 1);
  const cv::Mat result = run(image, "pixelate", {{"cell", 2.5}});  // 1 + 1.5 * 448 / 224 = 4 px
  EXPECT_NEAR(result.ptr(9)[9], cv::mean(image(cv::Rect(8, 8, 4, 4)))[0], 1.0);
  EXPECT_EQ(result.ptr(8)[8], result.ptr(11)[11]);
}

TEST(Posterize, LeavesBlackAndWhiteAtOneBit) {
  EXPECT_TRUE(same(run(pixel(10, 127, 200), "posterize", {{"bits", 1.0}}), pixel(0, 0, 255)));
}

TEST(ChromaSubsample, KeepsLightness) {
  const cv::Mat image = picture(64, 64, 3);
  const cv::Mat coarse = run(image, "chroma_subsample", {{"cell", 16.0}});
  const cv::Scalar weights(0.114, 0.587, 0.299);
  const cv::Scalar before = cv::mean(image), after = cv::mean(coarse);
  EXPECT_NEAR(before.dot(weights), after.dot(weights), 1.0);
}

TEST(Fog, BlendsWithAVeilUpToTheBrightestValue) {
  const cv::Mat black = cv::Mat::zeros(32, 32, CV_8U);
  EXPECT_TRUE(same(run(black, "fog", {{"amount", 3.0}}), black)) << "no light, no fog";
}

TEST(Spatter, IsLighterWithWaterAndDarkerWithMud) {
  const cv::Mat gray(224, 224, CV_8UC3, cv::Scalar::all(128));
  EXPECT_GT(cv::mean(run(gray, "spatter", {{"coverage", 0.3}}))[0], 130.0);
  EXPECT_LT(cv::mean(run(gray, "spatter", {{"coverage", 0.5}, {"kind", 1.0}}))[0], 126.0);
}

TEST(Rain, AddsStreaksToThoseBefore) {
  const cv::Mat black = cv::Mat::zeros(100, 100, CV_8U);
  const cv::Mat some = run(black, "rain", {{"amount", 0.3}});
  const cv::Mat more = run(black, "rain", {{"amount", 0.6}});
  EXPECT_GT(cv::countNonZero(more), cv::countNonZero(some));
}

TEST(ImagenetC, GetsWorseWithEverySeverityOfFrostAndSnow) {
  const cv::Mat image = picture(224, 224, 3);
  for (const Corruption& corruption : imagenet_c()) {
    if (corruption.name != "frost" && corruption.name != "snow") continue;
    double before = 0.0;
    for (const space::Step& step : corruption.severities) {
      const double now = difference(apply_chain(image, {&step, 1}, 1, 2), image);
      EXPECT_GT(now, before) << corruption.name;
      before = now;
    }
  }
}

}  // namespace
}  // namespace robustcheck::transform
