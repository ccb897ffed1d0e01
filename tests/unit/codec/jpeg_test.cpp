#include "robustcheck/image/jpeg.h"

#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>

#include "robustcheck/base/error.h"

/// The JPEG code of `image` against OpenCV's, which only this module may link.
namespace robustcheck::image {
namespace {

/// Waves with hard edges: chroma that subsampling hurts.
cv::Mat picture(cv::Size size, int channels) {
  cv::Mat image(size, CV_8UC(channels));
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width * channels; ++x)
      image.ptr(y)[x] = static_cast<uchar>((x * 5 + y * 3) % 256 ^ ((x / 9 + y / 4) % 3 * 80));
  return image;
}

TEST(Jpeg, EqualsOpenCvBitForBit) {
  for (const int channels : {1, 3})
    for (const cv::Size size :
         {cv::Size(1, 1), cv::Size(8, 8), cv::Size(17, 31), cv::Size(224, 224), cv::Size(1000, 37)})
      for (const int quality : {1, 5, 30, 75, 95, 100}) {
        const cv::Mat image = picture(size, channels);
        std::vector<uchar> expected;
        cv::imencode(".jpg", image, expected, {cv::IMWRITE_JPEG_QUALITY, quality});
        const std::vector<uchar> bytes = encode_jpeg(image, quality);
        EXPECT_EQ(bytes, expected) << size << ' ' << channels << " channels, quality " << quality;
        const cv::Mat decoded = decode_jpeg(bytes);
        ASSERT_EQ(decoded.type(), image.type());
        EXPECT_EQ(cv::norm(decoded, cv::imdecode(expected, cv::IMREAD_UNCHANGED), cv::NORM_INF), 0.0)
            << size << ' ' << quality;
      }
}

TEST(Jpeg, TakesAPartOfALargerImage) {
  const cv::Mat part = picture({64, 64}, 3)(cv::Rect(5, 6, 30, 20));
  EXPECT_EQ(encode_jpeg(part, 80), encode_jpeg(part.clone(), 80));
}

TEST(Jpeg, ThrowsWhereLibjpegWouldExit) {
  testing::internal::CaptureStderr();
  EXPECT_THROW(encode_jpeg(cv::Mat::zeros(1, 70000, CV_8UC1), 80), Error);
  const std::vector<uchar> nothing = {0xff, 0xd8, 0xff, 0xd9};
  EXPECT_THROW(decode_jpeg(nothing), Error);
  EXPECT_THROW(decode_jpeg({}), Error);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace robustcheck::image
