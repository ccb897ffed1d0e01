#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "pictures.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

cv::Mat run(const cv::Mat& image, const std::string& step, std::uint64_t seed = 0) {
  const Json json = parse_json("{\"data\": [" + step + "]}", "test");
  return apply_chain(image, space::variance_from_json(json, catalogue(), "test").data, seed, 0);
}

cv::Mat even(int value, int side = 200) { return cv::Mat(side, side, CV_8U, cv::Scalar(value)); }

struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
};

Moments moments(const cv::Mat& image) {
  cv::Scalar mean, deviation;
  cv::meanStdDev(image, mean, deviation);
  return {mean[0], deviation[0]};
}

double share_of(const cv::Mat& image, int value) {
  return static_cast<double>(cv::countNonZero(image == value)) / static_cast<double>(image.total());
}

TEST(ShotNoise, HasThePoissonDistributionOfItsPhotons) {
  const cv::Mat image =
      run(even(51), R"({"transform": "shot_noise", "sigma": 0.31622776601683794})");  // 10 at white, 2 here
  EXPECT_NEAR(moments(image).mean, 51.0, 0.6);
  EXPECT_NEAR(moments(image).deviation, 25.5 * std::sqrt(2.0), 0.5);
  EXPECT_NEAR(share_of(image, 0), std::exp(-2.0), 0.006);
  EXPECT_NEAR(share_of(image, 51), 2.0 * std::exp(-2.0), 0.009);
  EXPECT_NEAR(share_of(image, 76) + share_of(image, 77), 8.0 / 6.0 * std::exp(-2.0), 0.008);  // 3 photons are 76.5
}

TEST(ShotNoise, GrowsWithTheRootOfTheValueWithManyPhotonsToo) {
  for (const int value : {20, 80, 180}) {
    const Moments found = moments(run(even(value), R"({"transform": "shot_noise", "sigma": 0.05})"));
    EXPECT_NEAR(found.mean, value, 0.3);
    EXPECT_NEAR(found.deviation, 0.05 * 255.0 * std::sqrt(value / 255.0), 0.15);
  }
}

/// The two ways to draw meet at 255 photons; there, one photon is about one level and rounding adds to the deviation.
TEST(ShotNoise, HasNoJumpWhereItBecomesNormal) {
  for (const int value : {5, 60, 200}) {
    const Moments few = moments(run(even(value), R"({"transform": "shot_noise", "sigma": 0.0627})"));
    const Moments many = moments(run(even(value), R"({"transform": "shot_noise", "sigma": 0.0626})"));
    EXPECT_NEAR(few.mean, many.mean, 0.2);
    EXPECT_NEAR(few.deviation, many.deviation, 0.5);
  }
}

TEST(ShotNoise, LeavesBlackBlack) {
  for (const char* sigma : {"0.01", "0.6"})
    EXPECT_TRUE(same(run(even(0), std::string(R"({"transform": "shot_noise", "sigma": )") + sigma + "}"), even(0)));
}

TEST(ImpulseNoise, MakesHalfOfItsShareBlackAndHalfWhite) {
  const cv::Mat image = run(even(100), R"({"transform": "impulse_noise", "amount": 0.2})");
  EXPECT_NEAR(share_of(image, 0), 0.1, 0.006);
  EXPECT_NEAR(share_of(image, 255), 0.1, 0.006);
  EXPECT_NEAR(share_of(image, 100), 0.8, 0.008);
}

TEST(SpeckleNoise, GrowsWithTheValue) {
  for (const int value : {20, 100}) {
    const Moments found = moments(run(even(value), R"({"transform": "speckle_noise", "sigma": 0.2})"));
    EXPECT_NEAR(found.mean, value, 0.35);
    EXPECT_NEAR(found.deviation, 0.2 * value, 0.25);
  }
}

TEST(RowNoise, ShiftsEachRowAsAWhole) {
  const cv::Mat image = run(even(128), R"({"transform": "row_noise", "sigma": 0.1})");
  cv::Mat first;
  cv::repeat(image.col(0), 1, image.cols, first);
  EXPECT_TRUE(same(image, first));
  EXPECT_NEAR(moments(image).deviation, 25.5, 4.0);
}

TEST(RowNoise, MakesThickerBandsOnLargerPictures) {
  const auto values = [](int side) {
    const cv::Mat image = run(even(128, side), R"({"transform": "row_noise", "sigma": 0.3, "thickness": 8})");
    std::set<int> different;
    for (int y = 0; y < side; ++y) different.insert(image.ptr(y)[0]);
    return different.size();
  };
  EXPECT_LE(values(224), 28U);
  EXPECT_LE(values(448), 28U);
  EXPECT_GE(values(448), 15U);
}

}  // namespace
}  // namespace robustcheck::transform
