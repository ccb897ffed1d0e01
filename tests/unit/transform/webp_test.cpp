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

TEST(Webp, LosesMoreAtALowerQuality) {
  const cv::Mat image = picture(120, 90, 3);
  double before = 0.0;
  for (const std::string quality : {"90", "40", "5"}) {
    const double now = difference(run(image, R"({"transform": "webp", "quality": )" + quality + "}"), image);
    EXPECT_GT(now, before) << quality;
    EXPECT_LT(now, 30.0) << quality;
    before = now;
  }
}

TEST(Webp, TreatsOneChannelAsItTreatsThreeEqualOnes) {
  const cv::Mat gray = picture(50, 40, 1);
  cv::Mat colour, expected;
  cv::cvtColor(gray, colour, cv::COLOR_GRAY2BGR);
  cv::cvtColor(run(gray, R"({"transform": "webp", "quality": 20})"), expected, cv::COLOR_GRAY2BGR);
  EXPECT_TRUE(same(run(colour, R"({"transform": "webp", "quality": 20})"), expected));
}

}  // namespace
}  // namespace robustcheck::transform
