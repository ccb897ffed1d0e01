#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "golden_picture.h"
#include "robustcheck/image/resize.h"

namespace robustcheck::image {
namespace {

struct Golden {
  std::string_view filter;
  int channels;
  Size from, to;
  std::string_view result;  ///< SHA-256, or for torch the values as hexadecimal text
};

const Golden kGolden[] = {
#include "../../golden/resize_float.inc"
};

std::string shown(const Golden& golden) {
  return std::string(golden.filter) + ' ' + std::to_string(golden.channels) + " channels, " +
         std::to_string(golden.from.width) + 'x' + std::to_string(golden.from.height) + " to " +
         std::to_string(golden.to.width) + 'x' + std::to_string(golden.to.height);
}

std::vector<float> values_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

TEST(ResizeFloat, EqualsPillowOnFloatPlanesBitForBit) {
  for (const Golden& golden : kGolden) {
    if (!golden.filter.starts_with("pillow")) continue;
    const cv::Mat resized =
        resize_float(golden_picture(golden.from, golden.channels), golden.to, std::string(golden.filter));
    ASSERT_EQ(resized.type(), CV_32FC(golden.channels));
    EXPECT_EQ(pixel_hash(resized), golden.result) << shown(golden);
  }
}

TEST(ResizeFloat, EqualsTorchUpToTheLastBits) {
  constexpr float kTolerance = 1e-3F;  // of 255
  for (const Golden& golden : kGolden) {
    if (!golden.filter.starts_with("torch")) continue;
    const std::vector<float> expected = values_of(golden.result);
    const std::string filter(golden.filter);
    const cv::Mat image = golden_picture(golden.from, 1);
    const cv::Mat values = resize_float(image, golden.to, filter), rounded = resize(image, golden.to, filter);
    ASSERT_EQ(values.total(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(values.ptr<float>()[i], expected[i], kTolerance) << shown(golden) << " at " << i;
      const float whole = std::clamp(expected[i], 0.0F, 255.0F);
      ASSERT_NEAR(rounded.ptr()[i], whole, 0.5F + kTolerance) << shown(golden) << " at " << i;
    }
  }
}

TEST(ResizeFloat, IsOpenCvsResizeOfAFloatImage) {
  const cv::Mat image = golden_picture({41, 30}, 3);
  cv::Mat values, expected;
  image.convertTo(values, CV_32F);
  cv::resize(values, expected, {20, 22}, 0, 0, cv::INTER_CUBIC);
  EXPECT_EQ(pixel_hash(resize_float(image, {20, 22}, "opencv-cubic")), pixel_hash(expected));
}

/// Where the 8-bit filters also clip between the passes (bicubic, lanczos) a few values lie further off.
TEST(ResizeFloat, IsWhatEveryFilterRounds) {
  const cv::Mat image = golden_picture({61, 47}, 3);
  for (const std::string& filter : resize_filter_names()) {
    cv::Mat rounded;
    resize_float(image, {32, 40}, filter).convertTo(rounded, CV_8U);
    const double difference = cv::norm(rounded, resize(image, {32, 40}, filter), cv::NORM_L1);
    EXPECT_LE(difference / static_cast<double>(rounded.total() * 3), 0.3) << filter;
  }
}

TEST(ResizeFloat, KeepsWhatBicubicOvershoots) {
  cv::Mat edge(1, 20, CV_8UC1, cv::Scalar(0));
  edge.colRange(10, 20).setTo(255);
  double least = 0.0, most = 0.0;
  cv::minMaxLoc(resize_float(edge, {40, 1}, "torch-bicubic"), &least, &most);
  EXPECT_LT(least, -5.0);
  EXPECT_GT(most, 260.0);
}

}  // namespace
}  // namespace robustcheck::image
