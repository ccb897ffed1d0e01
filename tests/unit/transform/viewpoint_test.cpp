#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "pictures.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

cv::Mat run(const cv::Mat& image, const std::string& step) {
  const space::Variance variance =
      space::variance_from_json(parse_json("{\"data\": [" + step + "]}", "test"), catalogue(), "test");
  return apply_chain(image, variance.data, 0, 0);
}

cv::Mat square(int side, const cv::Rect& light) {
  cv::Mat image = cv::Mat::zeros(side, side, CV_8UC1);
  image(light).setTo(255);
  return image;
}

int lit(const cv::Mat& image) { return cv::countNonZero(image > 127); }

TEST(Perspective, TakesTheRightEdgeAwayForPositiveYaw) {
  const cv::Mat image =
      run(square(201, {60, 60, 81, 81}), R"({"transform": "perspective", "yaw": 30, "border": "black"})");
  EXPECT_GT(lit(image.col(75)), 81);
  EXPECT_LT(lit(image.col(125)), 81);
  EXPECT_LT(lit(image.row(100)), 78);  // seen at an angle: narrower
  EXPECT_EQ(image.at<uchar>(100, 100), 255);
}

TEST(Perspective, TakesTheUpperEdgeAwayForPositivePitch) {
  const cv::Mat image =
      run(square(201, {60, 60, 81, 81}), R"({"transform": "perspective", "pitch": 30, "border": "black"})");
  EXPECT_LT(lit(image.row(75)), 81);
  EXPECT_GT(lit(image.row(125)), 81);
}

TEST(LensDistortion, KeepsTheCentreAndBendsTheRim) {
  cv::Mat bar = square(201, {0, 20, 201, 5});
  const cv::Mat barrel = run(bar, R"({"transform": "lens_distortion", "amount": 0.3, "border": "black"})");
  const cv::Mat pincushion = run(bar, R"({"transform": "lens_distortion", "amount": -0.3, "border": "black"})");
  const auto place = [](const cv::Mat& image, int x) {
    return cv::moments(image.col(x)).m01 / cv::moments(image.col(x)).m00;
  };
  EXPECT_GT(place(barrel, 30), place(barrel, 100) + 2);  // the ends of the line bend toward the centre
  EXPECT_LT(place(pincushion, 30), place(pincushion, 100) - 2);
  const cv::Mat spot = square(201, {98, 98, 5, 5});
  EXPECT_NEAR(lit(run(spot, R"({"transform": "lens_distortion", "amount": 0.5})")), lit(spot), 4);
}

TEST(LensDistortion, MovesTheCornerByItsFormula) {
  const cv::Mat spot = square(201, {160, 160, 5, 5});  // centre 62 px right of and below the middle: r = 0.62
  const cv::Moments m =
      cv::moments(run(spot, R"({"transform": "lens_distortion", "amount": -0.4, "border": "black"})"));
  const double seen = (m.m10 / m.m00 - 100.0) / 100.0;
  EXPECT_NEAR(seen / (1.0 + 0.4 * seen * seen), 0.62, 0.01);
}

TEST(FlipHorizontal, IsUndoneByFlippingAgain) {
  const std::string flip = R"({"transform": "flip_horizontal", "on": 1})";
  for (const auto& [name, image] : pictures()) EXPECT_TRUE(same(run(run(image, flip), flip), image)) << name;
  const cv::Mat image = (cv::Mat_<uchar>(1, 3) << 1, 2, 3);
  EXPECT_TRUE(same(run(image, flip), (cv::Mat_<uchar>(1, 3) << 3, 2, 1)));
}

TEST(RandomCrop, EnlargesWhatIsLeft) {
  const cv::Mat image = square(200, {90, 90, 20, 20});
  const cv::Mat cropped = run(image, R"({"transform": "random_crop", "share": 0.2})");
  EXPECT_NEAR(lit(cropped.row(100)), 25, 1);
  EXPECT_NEAR(lit(cropped.col(100)), 25, 1);
}

TEST(RandomCrop, KeepsTheCornerThatXAndYName) {
  const cv::Mat image = square(100, {0, 0, 30, 30});
  const auto at = [&](const std::string& place) {
    return run(image, R"({"transform": "random_crop", "share": 0.4, )" + place + "}");
  };
  EXPECT_EQ(lit(at(R"("x": 0, "y": 0)")), 50 * 50);
  EXPECT_EQ(lit(at(R"("x": 1, "y": 1)")), 0);
}

}  // namespace
}  // namespace robustcheck::transform
