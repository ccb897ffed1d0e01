#include "robustcheck/image/preprocess.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <vector>

#include "robustcheck/base/error.h"
#include "robustcheck/image/resize.h"

namespace robustcheck::image {
namespace {

Preprocessing plain(Size input, Channels channels) {
  Preprocessing result;
  result.input = input;
  result.channels = channels;
  result.scale = 1.0;
  result.mean.assign(static_cast<std::size_t>(result.channel_count()), 0.0);
  result.std.assign(static_cast<std::size_t>(result.channel_count()), 1.0);
  return result;
}

std::vector<float> planes_of(const cv::Mat& image, const Preprocessing& preprocessing,
                             const PreprocessSettings& settings = {}) {
  std::vector<float> planes(
      static_cast<std::size_t>(preprocessing.channel_count() * preprocessing.input.width * preprocessing.input.height));
  preprocess(image, preprocessing, settings, planes);
  return planes;
}

/// Value of a pixel = 10 * row + column.
cv::Mat numbered(int width, int height) {
  cv::Mat image(height, width, CV_8UC1);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) image.ptr(y)[x] = static_cast<uchar>(10 * y + x);
  return image;
}

TEST(Preprocess, WritesOnePlanePerChannelInTheNetworksOrder) {
  const cv::Mat blue_green_red(1, 2, CV_8UC3, cv::Scalar(1, 2, 3));
  EXPECT_EQ(planes_of(blue_green_red, plain({2, 1}, Channels::rgb)), (std::vector<float>{3, 3, 2, 2, 1, 1}));
  EXPECT_EQ(planes_of(blue_green_red, plain({2, 1}, Channels::bgr)), (std::vector<float>{1, 1, 2, 2, 3, 3}));
}

TEST(Preprocess, ReplicatesGrayForAColourNetwork) {
  EXPECT_EQ(planes_of(numbered(2, 1), plain({2, 1}, Channels::rgb)), (std::vector<float>{0, 1, 0, 1, 0, 1}));
}

TEST(Preprocess, MakesColourGrayAsOpenCvDoes) {
  const cv::Mat colour(3, 5, CV_8UC3, cv::Scalar(250, 10, 99));
  cv::Mat gray;
  cv::cvtColor(colour, gray, cv::COLOR_BGR2GRAY);
  EXPECT_EQ(planes_of(colour, plain({5, 3}, Channels::gray)), planes_of(gray, plain({5, 3}, Channels::gray)));
}

/// Bit patterns made with numpy: ((v * np.float32(s)) - np.float32(m)) / np.float32(d), all float32.
TEST(Preprocess, NormalisesInSinglePrecisionAsPyTorchDoes) {
  Preprocessing preprocessing = plain({4, 1}, Channels::gray);
  preprocessing.scale = 0.00392156862745098;
  preprocessing.mean = {0.485};
  preprocessing.std = {0.229};
  const cv::Mat image = (cv::Mat_<uchar>(1, 4) << 0, 1, 100, 255);
  EXPECT_EQ(planes_of(image, preprocessing), (std::vector<float>{-0x1.0f177a0000000p+1F, -0x1.0ce6560000000p+1F,
                                                                 -0x1.9f28a20000000p-2F, 0x1.1fdc3a0000000p+1F}));
}

TEST(Preprocess, ResizesTheShorterSideAndCropsTheCentreAsTorchvisionDoes) {
  Preprocessing preprocessing = plain({4, 4}, Channels::gray);
  preprocessing.rule = ResizeRule::shorter_side;
  preprocessing.shorter_side = 5;
  preprocessing.crop = Size{4, 4};
  const cv::Mat image = numbered(17, 10);
  const cv::Mat resized = resize(image, {8, 5}, "pillow-bilinear");  // 5 * 17 / 10 = 8.5, cut
  const cv::Mat cropped = resized(cv::Rect(2, 0, 4, 4)).clone();     // round(0.5) is 0 in Python
  EXPECT_EQ(planes_of(image, preprocessing), planes_of(cropped, plain({4, 4}, Channels::gray)));
}

TEST(Preprocess, RoundsHalfACropOffsetToEven) {
  for (const auto& [width, first] : {std::pair{5, 0}, std::pair{7, 2}, std::pair{9, 2}, std::pair{11, 4}}) {
    Preprocessing preprocessing = plain({4, 1}, Channels::gray);
    preprocessing.rule = ResizeRule::none;
    preprocessing.crop = Size{4, 1};
    EXPECT_EQ(planes_of(numbered(width, 1), preprocessing).front(), static_cast<float>(first)) << width;
  }
}

TEST(Preprocess, ResizesToTheExactSizeWithTheNamedFilter) {
  Preprocessing preprocessing = plain({5, 3}, Channels::gray);
  preprocessing.filter = "opencv-nearest";
  const cv::Mat image = numbered(9, 7);
  const auto expected = [&](const char* filter) {
    return planes_of(resize(image, {5, 3}, filter), plain({5, 3}, Channels::gray));
  };
  EXPECT_EQ(planes_of(image, preprocessing), expected("opencv-nearest"));
  EXPECT_EQ(planes_of(image, preprocessing, {.filter = "pillow-lanczos"}), expected("pillow-lanczos"));
}

TEST(Preprocess, RefusesAnotherSizeWhereNothingResizes) {
  Preprocessing preprocessing = plain({5, 3}, Channels::gray);
  preprocessing.rule = ResizeRule::none;
  try {
    planes_of(numbered(9, 7), preprocessing);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_TRUE(std::string(error.what()).starts_with("the image has 9 x 7 px where the network takes 5 x 3 px"));
  }
}

TEST(Preprocess, RefusesACropLargerThanTheImage) {
  Preprocessing preprocessing = plain({5, 3}, Channels::gray);
  preprocessing.rule = ResizeRule::none;
  preprocessing.crop = Size{5, 3};
  EXPECT_THROW(planes_of(numbered(4, 7), preprocessing), Error);
}

}  // namespace
}  // namespace robustcheck::image
