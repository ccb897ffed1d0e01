#include <gtest/gtest.h>

#include <algorithm>

#include "pictures.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

cv::Mat run(const cv::Mat& image, const std::string& step, std::uint64_t seed = 0) {
  const space::Variance variance =
      space::variance_from_json(parse_json("{\"data\": [" + step + "]}", "test"), catalogue(), "test");
  return apply_chain(image, variance.data, seed, 0);
}

cv::Mat even(int width, int height, const cv::Scalar& bgr) { return {height, width, CV_8UC3, bgr}; }

cv::Vec3b pixel(const cv::Mat& image, int x = 0, int y = 0) { return image.at<cv::Vec3b>(y, x); }

cv::Vec3b colour_of(const cv::Scalar& bgr, const std::string& step) { return pixel(run(even(1, 1, bgr), step)); }

double linear(double value) {
  const double share = value / 255.0;
  return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

double deviation(const cv::Mat& image) {
  cv::Scalar mean, spread;
  cv::meanStdDev(image, mean, spread);
  return spread[0];
}

TEST(Gamma, DarkensAboveOneAndKeepsBlackAndWhite) {
  EXPECT_EQ(colour_of({0, 128, 255}, R"({"transform": "gamma", "exponent": 2})"), cv::Vec3b(0, 64, 255));
  EXPECT_EQ(colour_of({0, 64, 255}, R"({"transform": "gamma", "exponent": 0.5})"), cv::Vec3b(0, 128, 255));
}

TEST(Exposure, DoublesLinearLightPerStop) {
  for (const int value : {20, 60, 100, 150}) {
    const cv::Vec3b brighter = colour_of(cv::Scalar::all(value), R"({"transform": "exposure", "stops": 1})");
    EXPECT_NEAR(linear(brighter[0]) / linear(value), 2.0, 0.05) << value;
    const cv::Vec3b darker = colour_of(cv::Scalar::all(value), R"({"transform": "exposure", "stops": -1})");
    EXPECT_NEAR(linear(darker[0]) / linear(value), 0.5, 0.03) << value;
  }
  EXPECT_EQ(colour_of(cv::Scalar::all(200), R"({"transform": "exposure", "stops": 3})")[0], 255);
}

TEST(Hue, TurnsRedToGreenToBlue) {
  const cv::Scalar red(0, 0, 200);
  EXPECT_EQ(colour_of(red, R"({"transform": "hue", "degrees": 120})"), cv::Vec3b(0, 200, 0));
  EXPECT_EQ(colour_of(red, R"({"transform": "hue", "degrees": -120})"), cv::Vec3b(200, 0, 0));
  EXPECT_EQ(colour_of(red, R"({"transform": "hue", "degrees": 180})"), cv::Vec3b(200, 200, 0));
  EXPECT_EQ(colour_of({50, 100, 200}, R"({"transform": "hue", "degrees": 60})"), cv::Vec3b(50, 200, 150));
}

TEST(Hue, KeepsGrayPixels) {
  for (const int value : {0, 77, 255})
    EXPECT_EQ(colour_of(cv::Scalar::all(value), R"({"transform": "hue", "degrees": 180})"),
              cv::Vec3b::all(static_cast<uchar>(value)));
}

TEST(Hue, IsUndoneByTheSameTurnBack) {
  const cv::Mat image = picture(40, 30, 3);
  const cv::Mat back =
      run(run(image, R"({"transform": "hue", "degrees": 75})"), R"({"transform": "hue", "degrees": -75})");
  EXPECT_LE(cv::norm(image, back, cv::NORM_INF), 1.0);
}

TEST(WhiteBalance, WarmsBelowNeutralAndCoolsAbove) {
  const cv::Scalar gray = cv::Scalar::all(128);
  const cv::Vec3b warm = colour_of(gray, R"({"transform": "white_balance", "kelvin": 3500})");
  EXPECT_GT(warm[2], 140);
  EXPECT_LT(warm[0], 100);
  const cv::Vec3b cool = colour_of(gray, R"({"transform": "white_balance", "kelvin": 12000})");
  EXPECT_LT(cool[2], 120);
  EXPECT_GT(cool[0], 140);
}

TEST(WhiteBalance, KeepsTheLuminanceOfAGrayWall) {
  for (const std::string kelvin : {"2500", "4000", "9000", "16000"}) {
    const cv::Vec3b wall =
        colour_of(cv::Scalar::all(110), R"({"transform": "white_balance", "kelvin": )" + kelvin + "}");
    const double luminance = 0.0722 * linear(wall[0]) + 0.7152 * linear(wall[1]) + 0.2126 * linear(wall[2]);
    EXPECT_NEAR(luminance / linear(110), 1.0, 0.03) << kelvin;
  }
}

TEST(WhiteBalance, LeavesOneChannelImagesAlone) {
  const cv::Mat gray = picture(20, 20, 1);
  EXPECT_TRUE(same(run(gray, R"({"transform": "white_balance", "kelvin": 3000})"), gray));
}

TEST(Grayscale, IsTheLuminanceOfLinearLight) {
  const cv::Vec3b gray = colour_of({200, 30, 90}, R"({"transform": "grayscale", "amount": 1})");
  EXPECT_EQ(gray[0], gray[1]);
  EXPECT_EQ(gray[0], gray[2]);
  EXPECT_NEAR(linear(gray[0]), 0.0722 * linear(200) + 0.7152 * linear(30) + 0.2126 * linear(90), 0.002);
}

TEST(Vignette, DarkensTheCornersAndNotTheCentre) {
  const cv::Mat image = run(even(101, 61, cv::Scalar::all(200)), R"({"transform": "vignette", "loss": 0.75})");
  EXPECT_EQ(pixel(image, 50, 30), cv::Vec3b::all(200));
  for (const cv::Point corner : {cv::Point(0, 0), cv::Point(100, 0), cv::Point(0, 60), cv::Point(100, 60)})
    EXPECT_NEAR(linear(pixel(image, corner.x, corner.y)[0]) / linear(200), 0.25, 0.01);
}

TEST(Shadow, TakesThatShareOfTheLightInsideAndNoneFarAway) {
  const std::string step = R"({"transform": "shadow", "darkness": 0.75, "size": 0.5})";
  const cv::Mat image = run(even(200, 200, cv::Scalar::all(200)), step);
  EXPECT_NEAR(linear(pixel(image, 100, 100)[0]) / linear(200), 0.25, 0.01);
  EXPECT_EQ(pixel(image, 2, 2)[0], 200);
}

TEST(Shadow, HasASoftEdge) {
  const cv::Mat image = run(even(224, 224, cv::Scalar::all(200)), R"({"transform": "shadow", "darkness": 0.9})");
  double steepest = 0.0;
  for (int x = 1; x < image.cols; ++x)
    steepest = std::max(steepest, std::abs(static_cast<double>(pixel(image, x, 112)[0]) - pixel(image, x - 1, 112)[0]));
  EXPECT_GT(steepest, 0.0);
  EXPECT_LT(steepest, 40.0);
}

TEST(Glare, IsWhiteAtTheSunAndNeverDarkens) {
  const cv::Mat image = picture(120, 90, 3);
  const cv::Mat blinded = run(image, R"({"transform": "glare", "intensity": 0.6, "x": 0.25, "y": 0.5})");
  EXPECT_EQ(pixel(blinded, 30, 44), cv::Vec3b::all(255));
  EXPECT_EQ(cv::norm(cv::max(blinded, image), blinded, cv::NORM_INF), 0.0);
  EXPECT_GT(cv::mean(blinded.col(10))[1] - cv::mean(image.col(10))[1],
            cv::mean(blinded.col(110))[1] - cv::mean(image.col(110))[1]);
}

TEST(LowLight, IsDarkerAndNoisierWithEveryStop) {
  const cv::Mat gray(200, 200, CV_8UC1, cv::Scalar(150));
  double mean = 150.0, relative_noise = 0.0;
  for (const std::string stops : {"1", "2.5", "4", "6"}) {
    const cv::Mat dark = run(gray, R"({"transform": "low_light", "stops": )" + stops + "}");
    EXPECT_LT(cv::mean(dark)[0], mean) << stops;
    EXPECT_GT(deviation(dark) / cv::mean(dark)[0], relative_noise) << stops;
    mean = cv::mean(dark)[0];
    relative_noise = deviation(dark) / mean;
  }
}

TEST(LowLight, GivesBackHalfOfTheStops) {
  const cv::Mat gray(200, 200, CV_8UC1, cv::Scalar(180));
  const cv::Mat dark = run(gray, R"({"transform": "low_light", "stops": 2})");
  EXPECT_NEAR(linear(cv::mean(dark)[0]) / linear(180), 0.5, 0.02);
}

TEST(LowLight, HasTheShotNoiseOfItsElectrons) {
  const cv::Mat white(200, 200, CV_8UC1, cv::Scalar(255));
  const cv::Mat dark = run(white, R"({"transform": "low_light", "stops": 4})");
  const double slope = 255.0 * 1.055 / 2.4 * std::pow(0.25, 1.0 / 2.4 - 1.0);  // of sRGB at a quarter of white
  const double expected = slope * std::sqrt((1.0 - 1.0 / 16) / 1000 + 9.0e-6 * (16 - 1.0 / 16));
  EXPECT_NEAR(deviation(dark) / expected, 1.0, 0.05);
}

}  // namespace
}  // namespace robustcheck::transform
