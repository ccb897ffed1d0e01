#include "robustcheck/image/distance.h"

#include <gtest/gtest.h>

namespace robustcheck::image {
namespace {

cv::Mat noise(int type) {
  cv::Mat image(40, 30, type);
  cv::RNG rng(1);
  rng.fill(image, cv::RNG::UNIFORM, 20, 200);
  return image;
}

TEST(Distance, IsNothingBetweenEqualImages) {
  for (const int type : {CV_8UC1, CV_8UC3}) {
    const space::Distances found = distances(noise(type), noise(type));
    EXPECT_EQ(found.ssim, 1.0);
    EXPECT_EQ(found.l0 + found.linf + found.l2, 0.0);
  }
}

TEST(Distance, CountsOnePixel) {
  const cv::Mat reference = noise(CV_8UC3);
  cv::Mat changed = reference.clone();
  changed.at<cv::Vec3b>(3, 4)[1] += 51;
  const space::Distances found = distances(reference, changed);
  EXPECT_NEAR(found.l0, 1.0 / 1200, 1e-12);
  EXPECT_NEAR(found.linf, 0.2, 1e-12);
  EXPECT_NEAR(found.l2, 0.2 / std::sqrt(3600.0), 1e-12);
  EXPECT_LT(found.ssim, 1.0);
}

TEST(Distance, SeesLostStructure) {
  const cv::Mat reference = noise(CV_8UC1);
  EXPECT_NEAR(distances(reference, reference + 10).ssim, 1.0, 0.02) << "light changes no structure";
  EXPECT_LT(distances(reference, cv::Mat(reference.size(), CV_8UC1, cv::Scalar(110))).ssim, 0.1);
}

TEST(Distance, TakesOnePixel) {
  const cv::Mat black(1, 1, CV_8UC1, cv::Scalar(0)), white(1, 1, CV_8UC1, cv::Scalar(255));
  EXPECT_EQ(distances(black, white).l0, 1.0);
}

}  // namespace
}  // namespace robustcheck::image
