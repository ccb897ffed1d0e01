#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "pictures.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

cv::Mat run(const cv::Mat& image, const std::string& step, std::uint64_t seed = 0) {
  const Json json = parse_json("{\"data\": [" + step + "]}", "test");
  return apply_chain(image, space::variance_from_json(json, catalogue(), "test").data, seed, 0);
}

cv::Mat even() { return cv::Mat(224, 224, CV_8UC3, cv::Scalar(10, 100, 250)); }

/// 224 x 224 and black but for a white square about the centre, which is at (112, 112).
cv::Mat square(int radius) {
  cv::Mat image = cv::Mat::zeros(224, 224, CV_8U);
  image(cv::Rect(112 - radius, 112 - radius, 2 * radius + 1, 2 * radius + 1)) = 255;
  return image;
}

double largest_difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }

TEST(Blurs, LeaveAnEvenPictureAlone) {
  for (const char* step :
       {R"({"transform": "defocus_blur", "radius": 7.3})", R"({"transform": "zoom_blur", "factor": 1.3})",
        R"({"transform": "glass_blur", "distance": 3, "sigma": 1})",
        R"({"transform": "motion_blur", "length": 0.2, "angle": 20, "trail": 1, "fading": 3})"})
    EXPECT_TRUE(same(run(even(), step), even())) << step;
}

/// The same as a convolution with the disk, at an integer radius.
TEST(DefocusBlur, IsTheMeanOverADisk) {
  const cv::Mat image = picture(224, 224, 3);
  cv::Mat disk = cv::Mat::zeros(13, 13, CV_64F), expected;
  for (int y = -6; y <= 6; ++y)
    for (int x = -6; x <= 6; ++x) disk.at<double>(y + 6, x + 6) = x * x + y * y <= 36 ? 1.0 : 0.0;
  cv::filter2D(image, expected, -1, disk / cv::sum(disk)[0], {-1, -1}, 0.0, cv::BORDER_REFLECT_101);
  EXPECT_LE(largest_difference(run(image, R"({"transform": "defocus_blur", "radius": 6, "softness": 0})"), expected),
            1.0);
}

TEST(DefocusBlur, GrowsSmoothlyBetweenTwoRadii) {
  const auto at = [](const char* radius) {
    cv::Mat wide;
    run(picture(224, 224, 1), std::string(R"({"transform": "defocus_blur", "softness": 0, "radius": )") + radius + "}")
        .convertTo(wide, CV_32F);
    return wide;
  };
  EXPECT_LE(largest_difference(at("3.5"), (at("3") + at("4")) / 2), 1.5);
}

TEST(DefocusBlur, MeansTheSameAtAnyResolution) {
  cv::Mat large, expected;
  cv::resize(picture(224, 224, 1), large, {}, 2, 2, cv::INTER_CUBIC);
  const char* step = R"({"transform": "defocus_blur", "radius": 4})";
  cv::resize(run(large, step), large, {224, 224}, 0, 0, cv::INTER_AREA);
  EXPECT_LT(difference(large, run(picture(224, 224, 1), step)), 0.5);
}

cv::Mat open_cv_blurred(const cv::Mat& image, double sigma_px) {
  cv::Mat blurred;
  cv::GaussianBlur(image, blurred, {}, sigma_px, sigma_px, cv::BORDER_REFLECT_101);
  return blurred;
}

/// Stripes, corners and noise: what a shrunk picture could lose.
cv::Mat rough_picture(int width, int height, int channels) {
  cv::Mat image(height, width, CV_8UC(channels));
  cv::randu(image, 0, 256);
  image(cv::Rect(0, 0, 5, height)) = cv::Scalar::all(255);
  image(cv::Rect(width / 3, height / 3, width - width / 3, 9)) = cv::Scalar::all(0);
  image(cv::Rect(width / 2, height / 2, width / 2, height / 2)) = cv::Scalar(255, 0, 128);
  return image;
}

TEST(GaussianBlur, IsThatOfOpenCvUpTo18Pixels) {
  const cv::Mat image = rough_picture(500, 448, 3);
  EXPECT_TRUE(same(run(image, R"({"transform": "gaussian_blur", "sigma": 8})"), open_cv_blurred(image, 16.0)));
}

TEST(GaussianBlur, StaysWithinTwoLevelsOfOpenCvBeyond) {
  for (const int side : {560, 641, 1000}) {
    const cv::Mat image = rough_picture(side + 77, side, side == 641 ? 1 : 3);
    const cv::Mat blurred = run(image, R"({"transform": "gaussian_blur", "sigma": 7.5})");
    EXPECT_LE(largest_difference(blurred, open_cv_blurred(image, 7.5 * side / 224.0)), 2.0) << side;
  }
}

TEST(GaussianBlur, SeesNothingBeyondAPartOfALargerImage) {
  const cv::Mat whole = rough_picture(900, 800, 3);
  const cv::Mat part = whole(cv::Rect(100, 90, 600, 590));
  const char* step = R"({"transform": "gaussian_blur", "sigma": 8})";
  EXPECT_TRUE(same(run(part, step), run(part.clone(), step)));
}

TEST(Sharpen, IsNoFartherFromOpenCvThanItsAmountAllows) {
  const cv::Mat image = rough_picture(1200, 1000, 3);
  cv::Mat expected;
  cv::addWeighted(image, 2.0, open_cv_blurred(image, 5.0 * 1000 / 224.0), -1.0, 0.0, expected);
  EXPECT_LE(largest_difference(run(image, R"({"transform": "sharpen", "amount": 1, "radius": 5})"), expected), 2.0);
}

TEST(ZoomBlur, KeepsTheCentreAndSmearsOutwards) {
  const cv::Mat image = run(square(20), R"({"transform": "zoom_blur", "factor": 1.4})");
  EXPECT_EQ(image.at<uchar>(112, 112), 255);
  EXPECT_EQ(image.at<uchar>(112, 112 + 18), 255);
  EXPECT_GT(image.at<uchar>(112, 112 + 24), 20);
  EXPECT_EQ(image.at<uchar>(112, 112 + 31), 0);
}

TEST(ZoomBlur, IsTheMeanOfItsLayers) {
  const cv::Mat image = picture(224, 224, 3);
  cv::Mat enlarged, expected;
  const double shift = 111.5 * (1.0 - 1.05);
  cv::warpAffine(image, enlarged, cv::Matx23d(1.05, 0, shift, 0, 1.05, shift), image.size(), cv::INTER_LINEAR,
                 cv::BORDER_REFLECT_101);
  cv::addWeighted(image, 2.0 / 3.0, enlarged, 1.0 / 3.0, 0.0, expected);  // the image itself, layer 1, layer 1.05
  EXPECT_LE(largest_difference(run(image, R"({"transform": "zoom_blur", "factor": 1.05, "step": 0.05})"), expected),
            2.0);
}

TEST(GlassBlur, MovesPixelsNoFartherThanItsPassesAllow) {
  const cv::Mat image = run(square(5), R"({"transform": "glass_blur", "distance": 2, "passes": 1})");
  cv::Mat far = image.clone();
  far(cv::Rect(112 - 40, 112 - 40, 81, 81)) = 0;
  EXPECT_EQ(cv::countNonZero(far), 0);
  EXPECT_GT(difference(image, square(5)), 0.0);
  EXPECT_EQ(cv::countNonZero((image != 0) & (image != 255)), 0);  // without sigma pixels move, they do not mix
}

TEST(GlassBlur, MovesChannelsTogether) {
  cv::Mat colour;
  cv::cvtColor(picture(100, 90, 1), colour, cv::COLOR_GRAY2BGR);
  std::vector<cv::Mat> channels;
  cv::split(run(colour, R"({"transform": "glass_blur", "distance": 4, "sigma": 1})"), channels);
  EXPECT_TRUE(same(channels[0], channels[1]));
  EXPECT_TRUE(same(channels[0], channels[2]));
}

TEST(MotionBlur, TrailsInOneDirectionAndFades) {
  cv::Mat dot = square(0);
  const cv::Mat image = run(dot, R"({"transform": "motion_blur", "length": 0.1, "trail": 1, "fading": 3})");
  EXPECT_EQ(cv::countNonZero(image.colRange(113, 224)), 0);  // samples lie to the right, so light moves to the left
  EXPECT_GT(image.at<uchar>(112, 112), image.at<uchar>(112, 105));
  EXPECT_GT(image.at<uchar>(112, 105), image.at<uchar>(112, 100));
}

TEST(MotionBlur, DrawsItsAnglePerImageWithinTheSpread) {
  const auto blurred = [](std::uint64_t seed, const char* spread) {
    return run(square(0), std::string(R"({"transform": "motion_blur", "length": 0.2, "angle_spread": )") + spread + "}",
               seed);
  };
  EXPECT_FALSE(same(blurred(1, "45"), blurred(2, "45")));
  EXPECT_TRUE(same(blurred(1, "0"), blurred(2, "0")));
}

}  // namespace
}  // namespace robustcheck::transform
