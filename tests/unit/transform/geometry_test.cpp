#include <gtest/gtest.h>

#include "pictures.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

cv::Mat run(const cv::Mat& image, const std::string& json) {
  const space::Variance variance =
      space::variance_from_json(parse_json("{\"data\": [" + json + "]}", "test"), catalogue(), "test");
  return apply_chain(image, variance.data, 0, 0);
}

/// Black with one white 5 x 5 spot.
cv::Mat spot(int width, int height, cv::Point centre) {
  cv::Mat image = cv::Mat::zeros(height, width, CV_8UC1);
  image(cv::Rect(centre.x - 2, centre.y - 2, 5, 5)).setTo(255);
  return image;
}

/// Centre of gravity of the light.
cv::Point2d light_of(const cv::Mat& image) {
  double sum = 0, x_sum = 0, y_sum = 0;
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < image.cols; ++x) {
      const double value = image.ptr(y)[x];
      sum += value, x_sum += value * x, y_sum += value * y;
    }
  return {x_sum / sum, y_sum / sum};
}

void expect_light_at(const cv::Mat& image, double x, double y) {
  EXPECT_NEAR(light_of(image).x, x, 0.3);
  EXPECT_NEAR(light_of(image).y, y, 0.3);
}

TEST(Rotate, TurnsCounterClockwiseAboutTheCentre) {
  const cv::Mat right_of_centre = spot(101, 101, {80, 50});
  expect_light_at(run(right_of_centre, R"({"transform": "rotate", "degrees": 45, "border": "black"})"),
                  50 + 30 * std::sqrt(0.5), 50 - 30 * std::sqrt(0.5));
}

TEST(Rotate, KeepsTheCentreOfAnEvenImage) {
  const cv::Mat image = run(spot(60, 40, {29, 19}), R"({"transform": "rotate", "degrees": -30, "border": "black"})");
  const double c = std::cos(M_PI / 6), s = std::sin(M_PI / 6);
  expect_light_at(image, 29.5 - 0.5 * c + 0.5 * s, 19.5 - 0.5 * c - 0.5 * s);
}

TEST(Translate, MovesRightAndDownByShares) {
  expect_light_at(run(spot(100, 50, {30, 20}), R"({"transform": "translate", "x": 0.1, "y": 0.2, "border": "black"})"),
                  40, 30);
}

TEST(Translate, InterpolatesFractionsOfAPixel) {
  const cv::Mat image = (cv::Mat_<uchar>(1, 4) << 0, 0, 200, 0);
  EXPECT_TRUE(same(run(image, R"({"transform": "translate", "x": 0.125, "border": "black"})"),
                   (cv::Mat_<uchar>(1, 4) << 0, 0, 100, 100)));
}

TEST(Zoom, EnlargesAboveOne) {
  const cv::Mat square = spot(41, 41, {20, 20});
  EXPECT_GT(cv::sum(run(square, R"({"transform": "zoom", "factor": 2})"))[0], 3.5 * cv::sum(square)[0]);
  EXPECT_LT(cv::sum(run(square, R"({"transform": "zoom", "factor": 0.5, "border": "black"})"))[0],
            0.4 * cv::sum(square)[0]);
  expect_light_at(run(spot(41, 41, {26, 20}), R"({"transform": "zoom", "factor": 2})"), 32, 20);
}

TEST(Shear, SlantsAboutTheCentre) {
  expect_light_at(run(spot(101, 101, {50, 80}), R"({"transform": "shear", "x": 0.2, "border": "black"})"), 56, 80);
  expect_light_at(run(spot(101, 101, {80, 50}), R"({"transform": "shear", "y": 0.2, "border": "black"})"), 80, 56);
}

TEST(Warps, FillTheBorderAsAsked) {
  const cv::Mat image = (cv::Mat_<uchar>(1, 8) << 10, 20, 30, 40, 50, 60, 70, 80);
  const auto shifted = [&](const std::string& border) {
    return run(image, R"({"transform": "translate", "x": 0.25, "border": ")" + border + "\"}");
  };
  EXPECT_TRUE(same(shifted("reflect"), (cv::Mat_<uchar>(1, 8) << 30, 20, 10, 20, 30, 40, 50, 60)));
  EXPECT_TRUE(same(shifted("replicate"), (cv::Mat_<uchar>(1, 8) << 10, 10, 10, 20, 30, 40, 50, 60)));
  EXPECT_TRUE(same(shifted("black"), (cv::Mat_<uchar>(1, 8) << 0, 0, 10, 20, 30, 40, 50, 60)));
}

TEST(Occlude, CoversThatShareWithMidGray) {
  const cv::Mat black = cv::Mat::zeros(100, 200, CV_8UC3);
  const cv::Mat covered = run(black, R"({"transform": "occlude", "area": 0.1, "x": 0.3, "y": 0.6})");
  std::vector<cv::Mat> channels;
  cv::split(covered, channels);
  EXPECT_NEAR(cv::countNonZero(channels[1]), 2000, 60);
  EXPECT_EQ(covered.at<cv::Vec3b>(60, 60), cv::Vec3b(127, 127, 127));
  expect_light_at(channels[1], 60, 60);
}

TEST(Occlude, StaysInsideAndKeepsItsAreaAtTheRim) {
  const cv::Mat black = cv::Mat::zeros(100, 200, CV_8UC1);
  EXPECT_NEAR(cv::countNonZero(run(black, R"({"transform": "occlude", "area": 0.1, "x": 1, "y": 0})")), 2000, 60);
  const cv::Mat strip = cv::Mat::zeros(37, 1000, CV_8UC1);
  EXPECT_NEAR(cv::countNonZero(run(strip, R"({"transform": "occlude", "area": 0.5, "aspect": 0.3})")), 18500, 60);
}

TEST(Occlude, IsWiderThanHighForALargeAspect) {
  const cv::Mat covered =
      run(cv::Mat::zeros(100, 100, CV_8UC1), R"({"transform": "occlude", "area": 0.04, "aspect": 2.25})");
  EXPECT_EQ(cv::countNonZero(covered.row(50)), 30);
  EXPECT_NEAR(cv::countNonZero(covered.col(50)), 13, 1);
}

}  // namespace
}  // namespace robustcheck::transform
