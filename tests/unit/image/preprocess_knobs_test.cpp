#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "golden_picture.h"
#include "robustcheck/base/error.h"
#include "robustcheck/image/preprocess.h"
#include "robustcheck/image/resize.h"
#include "robustcheck/space/catalogue.h"

namespace robustcheck::image {
namespace {

/// A network whose planes are the pixels themselves.
Preprocessing plain(Size input, Channels channels, ResizeRule rule = ResizeRule::exact) {
  Preprocessing result;
  result.input = input;
  result.channels = channels;
  result.rule = rule;
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

/// The same for an image that has the network's size.
std::vector<float> planes_of(const cv::Mat& image, const PreprocessSettings& settings = {}) {
  return planes_of(image, plain({image.cols, image.rows}, image.channels() == 1 ? Channels::gray : Channels::bgr),
                   settings);
}

cv::Mat open_cv_i420(const cv::Mat& bgr) {
  cv::Mat padded, yuv, back;
  cv::copyMakeBorder(bgr, padded, 0, bgr.rows % 2, 0, bgr.cols % 2, cv::BORDER_REPLICATE);
  cv::cvtColor(padded, yuv, cv::COLOR_BGR2YUV_I420);
  cv::cvtColor(yuv, back, cv::COLOR_YUV2BGR_I420);
  return back(cv::Rect(0, 0, bgr.cols, bgr.rows)).clone();
}

TEST(YuvKnob, EqualsOpenCvAtEvenAndOddSizes) {
  for (const Size size : {Size{64, 48}, Size{33, 20}, Size{18, 7}, Size{5, 3}, Size{1, 1}}) {
    const cv::Mat image = golden_picture(size, 3);
    const std::vector<float> expected = planes_of(open_cv_i420(image));
    EXPECT_EQ(planes_of(image, {.yuv = Yuv::i420}), expected) << size.width << 'x' << size.height;
    EXPECT_EQ(planes_of(image, {.yuv = Yuv::nv12}), expected) << size.width << 'x' << size.height;
  }
}

TEST(YuvKnob, LeavesGrayGray) {
  const cv::Mat gray = golden_picture({31, 22}, 1);
  cv::Mat colour, first;
  cv::cvtColor(gray, colour, cv::COLOR_GRAY2BGR);
  for (const YuvMatrix matrix : {YuvMatrix::bt601, YuvMatrix::bt709}) {
    const PreprocessSettings settings{.yuv = Yuv::i420, .yuv_matrix = matrix};
    const std::vector<float> ours = planes_of(gray, settings), theirs = planes_of(colour, settings);
    for (std::size_t i = 0; i < theirs.size(); ++i) ASSERT_EQ(theirs[i], ours[i % ours.size()]);
    EXPECT_NE(ours, planes_of(gray));
  }
}

TEST(YuvKnob, ComesBeforeTheResize) {
  const cv::Mat image = golden_picture({41, 30}, 3);
  const Preprocessing network = plain({16, 16}, Channels::rgb);
  EXPECT_EQ(planes_of(image, network, {.yuv = Yuv::i420}), planes_of(open_cv_i420(image), network));
}

/// The formula of BT.709 in double; chroma of the block's first pixel, rounded to 8 bit like luma.
cv::Vec3d through_bt709(const cv::Vec3b& bgr, const cv::Vec3b& first) {
  const auto luma = [](const cv::Vec3b& p) { return 0.0722 * p[0] + 0.7152 * p[1] + 0.2126 * p[2]; };
  const double y = std::round(16.0 + luma(bgr) * 219.0 / 255.0);
  const double cb = std::round(128.0 + (first[0] - luma(first)) / 1.8556 * 224.0 / 255.0);
  const double cr = std::round(128.0 + (first[2] - luma(first)) / 1.5748 * 224.0 / 255.0);
  const double e = (y - 16.0) * 255.0 / 219.0, u = (cb - 128.0) * 255.0 / 224.0, v = (cr - 128.0) * 255.0 / 224.0;
  const double blue = e + 1.8556 * u, red = e + 1.5748 * v;
  return {blue, (e - 0.0722 * blue - 0.2126 * red) / 0.7152, red};
}

TEST(YuvKnob, FollowsTheFormulaOfBt709) {
  const cv::Mat image = golden_picture({47, 33}, 3);
  const std::vector<float> planes = planes_of(image, {.yuv = Yuv::i420, .yuv_matrix = YuvMatrix::bt709});
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < image.cols; ++x) {
      const cv::Vec3d expected = through_bt709(image.at<cv::Vec3b>(y, x), image.at<cv::Vec3b>(y / 2 * 2, x / 2 * 2));
      for (int c = 0; c < 3; ++c)
        ASSERT_NEAR(planes[c * image.total() + y * image.cols + x], std::clamp(expected[c], 0.0, 255.0), 0.51)
            << x << ' ' << y << ' ' << c;
    }
}

/// A plane of one colour loses only the roundings of 8-bit YUV: 219 levels of luma, chroma steps of up to 2.1 levels.
TEST(YuvKnob, ReturnsPlainColoursThroughBothMatrices) {
  for (const YuvMatrix matrix : {YuvMatrix::bt601, YuvMatrix::bt709})
    for (int code = 0; code < 125; ++code) {
      const cv::Scalar colour(code % 5 * 63, code / 5 % 5 * 63, code / 25 * 63);
      const std::vector<float> planes =
          planes_of(cv::Mat(2, 2, CV_8UC3, colour), {.yuv = Yuv::nv12, .yuv_matrix = matrix});
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(planes[static_cast<std::size_t>(4 * c)], colour[c], 3.0) << code;
    }
}

TEST(GrayKnob, AveragesTheThreeColours) {
  const cv::Mat image(1, 1, CV_8UC3, cv::Scalar(10, 20, 240));
  const Preprocessing network = plain({1, 1}, Channels::gray);
  EXPECT_EQ(planes_of(image, network, {.gray = GrayWeights::average}), std::vector<float>{90});
  EXPECT_EQ(planes_of(image, network), std::vector<float>{85});
}

TEST(ResizeRuleKnob, GoesStraightToTheInputSize) {
  Preprocessing network = plain({20, 16}, Channels::bgr, ResizeRule::shorter_side);
  network.shorter_side = 24;
  network.crop = network.input;
  const cv::Mat image = golden_picture({61, 40}, 3);
  EXPECT_EQ(planes_of(image, network, {.rule = RuleKnob::direct}),
            planes_of(resize(image, {20, 16}, "pillow-bilinear")));
}

TEST(ResizeRuleKnob, KeepsTheAspectRatioAndCropsEightySevenPercent) {
  const cv::Mat image = golden_picture({61, 40}, 3);
  const cv::Mat resized = resize(image, {111, 73}, "pillow-bilinear");  // floor(64 / 0.875) = 73; 73 * 61 / 40 = 111.3
  const cv::Mat expected = resized(cv::Rect(24, 4, 64, 64)).clone();    // round(23.5), round(4.5) in Python
  EXPECT_EQ(planes_of(image, plain({64, 64}, Channels::bgr), {.rule = RuleKnob::shorter_side_crop}),
            planes_of(expected));
}

/// A network that is wider than the picture: the width decides, where the shorter side would leave too little.
TEST(ResizeRuleKnob, CoversANetworkThatIsNotSquare) {
  const cv::Mat image = golden_picture({30, 28}, 3);
  const cv::Mat resized = resize(image, {32, 29}, "pillow-bilinear");  // floor(28 / 0.875) = 32; 32 * 28 / 30 = 29.9
  EXPECT_EQ(planes_of(image, plain({28, 14}, Channels::bgr), {.rule = RuleKnob::shorter_side_crop}),
            planes_of(resized(cv::Rect(2, 8, 28, 14)).clone()));
}

TEST(CropFractionKnob, EnlargesTheResizeAsTimmDoes) {
  const cv::Mat image = golden_picture({61, 40}, 3);
  const cv::Mat squashed = resize(image, {33, 33}, "pillow-bilinear");  // floor(32 / 0.95)
  EXPECT_EQ(planes_of(image, plain({32, 32}, Channels::bgr), {.crop_fraction = 0.95}),
            planes_of(squashed(cv::Rect(0, 0, 32, 32)).clone()));
  Preprocessing network = plain({32, 32}, Channels::bgr, ResizeRule::shorter_side);
  network.shorter_side = 36;
  network.crop = network.input;
  const cv::Mat covering = resize(image, {64, 42}, "pillow-bilinear");  // floor(32 / 0.75) = 42; 42 * 61 / 40 = 64.05
  const std::vector<float> expected = planes_of(covering(cv::Rect(16, 5, 32, 32)).clone());
  EXPECT_EQ(planes_of(image, network, {.crop_fraction = 0.75}), expected);
  EXPECT_EQ(planes_of(image, network, {.rule = RuleKnob::shorter_side_crop, .crop_fraction = 0.75}), expected);
}

TEST(CropFractionKnob, ReplacesTheFileSize) {
  Preprocessing network = plain({56, 56}, Channels::bgr, ResizeRule::shorter_side);
  network.shorter_side = 64;
  network.crop = network.input;
  const cv::Mat image = golden_picture({90, 70}, 3);
  EXPECT_EQ(planes_of(image, network, {.crop_fraction = 0.875}), planes_of(image, network));
  EXPECT_NE(planes_of(image, network, {.crop_fraction = 1.0}), planes_of(image, network));
}

TEST(RoundingKnob, KeepsFloatsOrCutsThem) {
  const cv::Mat image = golden_picture({41, 30}, 3);
  const Preprocessing network = plain({16, 12}, Channels::bgr);
  for (const std::string& filter : resize_filter_names()) {
    const cv::Mat values = resize_float(image, {16, 12}, filter);
    const std::vector<float> kept = planes_of(image, network, {.filter = filter, .rounding = Rounding::none});
    const std::vector<float> cut = planes_of(image, network, {.filter = filter, .rounding = Rounding::truncate});
    for (int i = 0; i < 16 * 12; ++i)
      for (int c = 0; c < 3; ++c) {
        const float value = values.at<cv::Vec3f>(i / 16, i % 16)[c];
        ASSERT_EQ(kept[c * 16 * 12 + i], value) << filter;
        ASSERT_EQ(cut[c * 16 * 12 + i], std::clamp(std::floor(value + 0.001F), 0.0F, 255.0F)) << filter;
      }
  }
}

TEST(RoundingKnob, CutsNoPlainColour) {
  for (const std::string& filter : resize_filter_names())
    for (int level = 0; level < 256; level += 5) {
      const cv::Mat image(13, 17, CV_8UC1, cv::Scalar(level));
      const std::vector<float> cut =
          planes_of(image, plain({8, 8}, Channels::gray), {.filter = filter, .rounding = Rounding::truncate});
      EXPECT_EQ(cut, std::vector<float>(64, static_cast<float>(level))) << filter;
    }
}

TEST(RoundingKnob, NormalisesFloatsLikeWholeNumbers) {
  Preprocessing network = plain({5, 4}, Channels::rgb);
  network.scale = 1.0 / 255.0;
  network.mean = {0.485, 0.456, 0.406};
  network.std = {0.229, 0.224, 0.225};
  const cv::Mat image = golden_picture({5, 4}, 3);  // nothing to resize
  EXPECT_EQ(planes_of(image, network, {.rounding = Rounding::none}), planes_of(image, network));
}

TEST(ChannelOrderKnob, SwapsRedAndBlueOfThePixelsOnly) {
  const cv::Mat blue_green_red(1, 1, CV_8UC3, cv::Scalar(1, 2, 3));
  Preprocessing rgb = plain({1, 1}, Channels::rgb), bgr = plain({1, 1}, Channels::bgr);
  rgb.mean = {10, 20, 30};
  EXPECT_EQ(planes_of(blue_green_red, rgb), (std::vector<float>{-7, -18, -29}));
  EXPECT_EQ(planes_of(blue_green_red, rgb, {.swap_red_blue = true}), (std::vector<float>{-9, -18, -27}));
  EXPECT_EQ(planes_of(blue_green_red, bgr, {.swap_red_blue = true}), (std::vector<float>{3, 2, 1}));
}

TEST(NormalizationKnob, ReplacesTheFilesConstants) {
  const cv::Mat image(1, 1, CV_8UC3, cv::Scalar(51, 102, 255));  // blue, green, red: 0.2, 0.4, 1
  Preprocessing network = plain({1, 1}, Channels::rgb);
  network.mean = {7, 7, 7};
  const auto expect = [&](Normalization knob, const Preprocessing& net, const std::vector<double>& expected) {
    const std::vector<float> planes = planes_of(image, net, {.normalization = knob});
    ASSERT_EQ(planes.size(), expected.size());
    for (std::size_t i = 0; i < planes.size(); ++i) EXPECT_NEAR(planes[i], expected[i], 1e-5);
  };
  const double red = (1 - 0.485) / 0.229, green = (0.4 - 0.456) / 0.224, blue = (0.2 - 0.406) / 0.225;
  expect(Normalization::imagenet, network, {red, green, blue});
  expect(Normalization::imagenet, plain({1, 1}, Channels::bgr), {blue, green, red});
  expect(Normalization::imagenet, plain({1, 1}, Channels::gray), {(142 / 255.0 - 0.449) / 0.226});
  expect(Normalization::half, network, {1, -0.2, -0.6});
  expect(Normalization::unit, network, {1, 0.4, 0.2});
  expect(Normalization::none, network, {255, 102, 51});
  expect(Normalization::as_specified, network, {248, 95, 44});
}

TEST(PreprocessSettings, ReadEveryValueOfTheCatalogue) {
  for (const space::KnobInfo& knob : space::all_knobs())
    for (const std::string& value : knob.values)
      if (knob.knob_class == "preprocessing") {
        EXPECT_NO_THROW(preprocess_settings({{knob.name, value}})) << knob.name << '=' << value;
      }
}

TEST(PreprocessSettings, AreTheReferenceWhenEveryKnobIs) {
  std::map<std::string, std::string> config;
  for (const space::KnobInfo& knob : space::all_knobs()) config[knob.name] = knob.reference();
  const cv::Mat image = golden_picture({41, 30}, 3);
  const Preprocessing network = plain({16, 12}, Channels::rgb);
  EXPECT_EQ(planes_of(image, network, preprocess_settings(config)), planes_of(image, network));
}

TEST(PreprocessSettings, RefuseAnUnknownValue) {
  try {
    preprocess_settings({{"yuv", "nv21"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "knob yuv has no value 'nv21'; it takes none, nv12, i420");
  }
}

}  // namespace
}  // namespace robustcheck::image
