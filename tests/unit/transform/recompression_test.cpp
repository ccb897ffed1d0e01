#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "pictures.h"
#include "robustcheck/image/jpeg.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

cv::Mat run(const cv::Mat& image, const std::string& step, std::uint64_t seed = 0) {
  const space::Variance variance =
      space::variance_from_json(parse_json("{\"data\": [" + step + "]}", "test"), catalogue(), "test");
  return apply_chain(image, variance.data, seed, 0);
}

TEST(DoubleJpeg, LosesMoreThanASingleTrip) {
  const cv::Mat image = picture(96, 80, 3);
  const cv::Mat once = image::decode_jpeg(image::encode_jpeg(image, 20));
  const cv::Mat twice = run(image, R"({"transform": "double_jpeg", "first": 20, "second": 20})");
  EXPECT_FALSE(same(once, twice));
  EXPECT_GT(difference(twice, image), difference(once, image));
}

TEST(DoubleJpeg, IsASingleTripWhereOneQualityIsOff) {
  const cv::Mat image = picture(61, 47, 3);
  const cv::Mat once = image::decode_jpeg(image::encode_jpeg(image, 30));
  EXPECT_TRUE(same(run(image, R"({"transform": "double_jpeg", "first": 30})"), once));
  EXPECT_TRUE(same(run(image, R"({"transform": "double_jpeg", "second": 30, "shift": 0})"), once));
  EXPECT_FALSE(same(run(image, R"({"transform": "double_jpeg", "second": 30, "shift": 3})"), once));
}

TEST(DroppedRows, BlackensThatShareOfTheRows) {
  const cv::Mat white(2000, 3, CV_8UC1, cv::Scalar(255));
  const cv::Mat result = run(white, R"({"transform": "dropped_rows", "share": 0.3})");
  EXPECT_NEAR(cv::countNonZero(result.col(0)), 1400, 70);
  EXPECT_TRUE(same(result.col(0), result.col(2)));
}

TEST(DroppedRows, RepeatsTheLineAboveWhenAsked) {
  const cv::Mat image = picture(10, 100, 1);
  const cv::Mat black = run(image, R"({"transform": "dropped_rows", "share": 0.4})");
  const cv::Mat repeated = run(image, R"({"transform": "dropped_rows", "share": 0.4, "repeat": 1})");
  for (int y = 1; y < image.rows; ++y) {
    const bool lost = cv::countNonZero(black.row(y)) == 0;
    EXPECT_TRUE(same(repeated.row(y), lost ? repeated.row(y - 1) : image.row(y))) << y;
  }
}

TEST(DroppedRows, LosesThickerLinesInALargerPicture) {
  const cv::Mat white(448, 448, CV_8UC1, cv::Scalar(255));
  const cv::Mat result = run(white, R"({"transform": "dropped_rows", "share": 0.3})");
  for (int y = 0; y < result.rows; y += 2) EXPECT_TRUE(same(result.row(y), result.row(y + 1)));
}

TEST(LensDirt, LeavesMostOfThePictureAndDimsBrightSpots) {
  const cv::Mat white(224, 224, CV_8UC1, cv::Scalar(255));
  const cv::Mat dirty = run(white, R"({"transform": "lens_dirt", "opacity": 1})");
  const double clean = cv::countNonZero(dirty == 255) / static_cast<double>(white.total());
  EXPECT_GT(clean, 0.4);
  EXPECT_LT(clean, 0.95);
  const cv::Mat more = run(white, R"({"transform": "lens_dirt", "opacity": 1, "spots": 60})");
  EXPECT_LT(cv::mean(more)[0], cv::mean(dirty)[0]);
}

TEST(TextOverlay, WritesBlackAndWhiteInsideThePicture) {
  const cv::Mat gray(224, 224, CV_8UC1, cv::Scalar(128));
  for (const std::string place : {R"("x": 0, "y": 0)", R"("x": 1, "y": 1)"}) {
    const cv::Mat result = run(gray, R"({"transform": "text_overlay", "opacity": 1, )" + place + "}");
    EXPECT_GT(cv::countNonZero(result == 255), 300);
    EXPECT_GT(cv::countNonZero(result == 0), 300);
    const cv::Rect box = cv::boundingRect(result == 255);
    EXPECT_NEAR(box.height, 22, 4);
    EXPECT_TRUE(box.width > 100 && box.width < 215) << box.width;
  }
}

/// Away from every edge the same letters as in a corner: none is cut off.
TEST(TextOverlay, WritesWholeLettersAtEveryPosition) {
  for (const int side : {28, 64, 224}) {
    const cv::Mat gray(side, side, CV_8UC1, cv::Scalar(128));
    const auto ink = [&](const char* place) {
      const std::string step = R"({"transform": "text_overlay", "opacity": 1, "size": 0.15, )";
      return cv::countNonZero(run(gray, step + place + "}") != 128);
    };
    const int whole = ink(R"("x": 0.5, "y": 0.5)");
    EXPECT_GT(whole, 0);
    for (const char* place : {R"("x": 0, "y": 0)", R"("x": 1, "y": 0)", R"("x": 0, "y": 1)", R"("x": 1, "y": 1)"})
      EXPECT_EQ(ink(place), whole) << side << ' ' << place;
  }
}

TEST(TextOverlay, WritesOtherLettersForAnotherSeed) {
  const cv::Mat gray(224, 224, CV_8UC1, cv::Scalar(128));
  const std::string step = R"({"transform": "text_overlay", "opacity": 0.5})";
  EXPECT_FALSE(same(run(gray, step, 1), run(gray, step, 2)));
}

}  // namespace
}  // namespace robustcheck::transform
