#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "pictures.h"
#include "robustcheck/base/error.h"
#include "robustcheck/image/jpeg.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

space::Variance variance(const std::string& steps) {
  return space::variance_from_json(parse_json("{\"data\": [" + steps + "]}", "test"), catalogue(), "test");
}

cv::Mat run(const cv::Mat& image, const std::string& steps, std::uint64_t seed = 0, std::uint64_t key = 0) {
  return apply_chain(image, variance(steps).data, seed, key);
}

cv::Mat values(std::initializer_list<uchar> list) { return cv::Mat(std::vector<uchar>(list), true).t(); }

TEST(Brightness, AddsAShareOfTheFullRangeAndSaturates) {
  EXPECT_TRUE(same(run(values({0, 100, 250}), R"({"transform": "brightness", "offset": 0.1})"),
                   values({26, 126, 255})));  // 25.5 to even
  EXPECT_TRUE(same(run(values({0, 100, 250}), R"({"transform": "brightness", "offset": -0.2})"), values({0, 49, 199})));
}

TEST(Contrast, SpreadsAboutMidGray) {
  EXPECT_TRUE(same(run(values({0, 100, 127, 128, 200}), R"({"transform": "contrast", "factor": 2})"),
                   values({0, 72, 126, 128, 255})));
  EXPECT_TRUE(same(run(values({0, 255}), R"({"transform": "contrast", "factor": 0.2})"), values({102, 153})));
}

TEST(Saturation, IsLumaAtZeroAndLeavesGrayImagesAlone) {
  const cv::Mat colour = picture(30, 20, 3);
  cv::Mat luma, luma_colour;
  cv::cvtColor(colour, luma, cv::COLOR_BGR2GRAY);
  cv::cvtColor(luma, luma_colour, cv::COLOR_GRAY2BGR);
  EXPECT_TRUE(same(run(colour, R"({"transform": "saturation", "factor": 0})"), luma_colour));
  EXPECT_TRUE(same(run(luma, R"({"transform": "saturation", "factor": 0})"), luma));
}

TEST(Saturation, MovesAwayFromLumaAboveOne) {
  const cv::Mat colour(1, 1, CV_8UC3, cv::Scalar(100, 150, 120));
  cv::Mat luma;
  cv::cvtColor(colour, luma, cv::COLOR_BGR2GRAY);
  const int gray = luma.at<uchar>(0, 0);
  const auto moved = [&](int value) { return static_cast<uchar>(std::lround(gray + 1.6 * (value - gray))); };
  EXPECT_EQ(run(colour, R"({"transform": "saturation", "factor": 1.6})").at<cv::Vec3b>(0, 0),
            cv::Vec3b(moved(100), moved(150), moved(120)));
}

TEST(GaussianNoise, HasTheDeviationThatSigmaSays) {
  const cv::Mat gray(200, 200, CV_8UC3, cv::Scalar::all(128));
  cv::Scalar mean, deviation;
  cv::meanStdDev(run(gray, R"({"transform": "gaussian_noise", "sigma": 0.1})"), mean, deviation);
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(mean[c], 128.0, 0.5);
    EXPECT_NEAR(deviation[c], 25.5, 0.4);
  }
}

TEST(GaussianNoise, DiffersBetweenPositionsInTheChain) {
  const cv::Mat gray(50, 50, CV_8UC1, cv::Scalar(128));
  const std::string noise = R"({"transform": "gaussian_noise", "sigma": 0.1})";
  EXPECT_FALSE(same(run(gray, noise), run(gray, noise + "," + noise)));
  EXPECT_TRUE(same(run(gray, noise, 1, 2), run(gray, R"({"transform": "rotate", "degrees": 0},)" + noise, 1, 2)));
}

TEST(GaussianBlur, ScalesWithTheShorterSide) {
  for (const int side : {112, 448}) {
    const cv::Mat image = picture(side, side, 1);
    cv::Mat expected;
    cv::GaussianBlur(image, expected, {}, 3.0 * side / 224.0);
    EXPECT_TRUE(same(run(image, R"({"transform": "gaussian_blur", "sigma": 3})"), expected));
  }
}

TEST(MotionBlur, SmearsAlongItsAngleOnly) {
  cv::Mat dot = cv::Mat::zeros(101, 101, CV_8UC1);
  dot.at<uchar>(50, 50) = 255;
  const auto smeared = [&](const std::string& angle) {
    return run(dot, R"({"transform": "motion_blur", "length": 0.1, "angle": )" + angle + "}");
  };
  EXPECT_NEAR(cv::countNonZero(smeared("0").row(50)), 11, 1);
  EXPECT_EQ(cv::countNonZero(smeared("0")), cv::countNonZero(smeared("0").row(50)));
  EXPECT_EQ(cv::countNonZero(smeared("90")), cv::countNonZero(smeared("90").col(50)));
  EXPECT_GT(smeared("45").at<uchar>(47, 53), 0);  // up to the right: counter-clockwise
  EXPECT_EQ(smeared("45").at<uchar>(53, 53), 0);
}

TEST(MotionBlur, KeepsTheMeanOfAnEvenPicture) {
  const cv::Mat even(224, 224, CV_8UC3, cv::Scalar(10, 100, 200));
  EXPECT_TRUE(same(run(even, R"({"transform": "motion_blur", "length": 0.2, "angle": 33})"), even));
}

TEST(Jpeg, IsOneTripThroughTheCodec) {
  const cv::Mat image = picture(61, 47, 3);
  EXPECT_TRUE(
      same(run(image, R"({"transform": "jpeg", "quality": 30})"), image::decode_jpeg(image::encode_jpeg(image, 30))));
  EXPECT_LT(difference(run(image, R"({"transform": "jpeg", "quality": 95})"), image),
            difference(run(image, R"({"transform": "jpeg", "quality": 5})"), image));
}

TEST(Chain, AppliesStepsInOrder) {
  const std::string bright = R"({"transform": "brightness", "offset": 0.4})",
                    flat = R"({"transform": "contrast", "factor": 0.5})";
  EXPECT_TRUE(same(run(values({200}), bright + "," + flat), values({191})));  // 255 -> 191.25
  EXPECT_TRUE(same(run(values({200}), flat + "," + bright), values({255})));
}

TEST(Chain, SuggestsANameForAnUnknownTransform) {
  const space::Step step{"rotat", {1.0}, space::Border::reflect};
  try {
    apply_chain(values({1}), {&step, 1}, 0, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(),
                 "variance: unknown transform 'rotat'; did you mean 'rotate'? (robustcheck list transforms)");
  }
}

TEST(Catalogue, NamesTheFirstTwelveAndAllKnobs) {
  std::vector<std::string> names;
  for (const space::TransformInfo& info : catalogue().transforms) names.push_back(info.name);
  ASSERT_GE(names.size(), 12U);
  names.resize(12);
  EXPECT_EQ(names,
            (std::vector<std::string>{"rotate", "translate", "zoom", "shear", "brightness", "contrast", "saturation",
                                      "gaussian_noise", "gaussian_blur", "motion_blur", "jpeg", "occlude"}));
  EXPECT_EQ(catalogue().knobs.size(), space::all_knobs().size());
  EXPECT_EQ(find("none"), nullptr);
}

}  // namespace
}  // namespace robustcheck::transform
