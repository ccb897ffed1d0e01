#include "robustcheck/image/resize.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <set>
#include <string>

#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"

namespace robustcheck::image {
namespace {

struct Golden {
  const char* filter;
  int channels;
  Size from, to;
  const char* sha256;
};

const Golden kGolden[] = {
#include "../../golden/resize.inc"
};

/// The formula of make_resize.py.
cv::Mat picture(Size size, int channels) {
  cv::Mat image(size.height, size.width, CV_8UC(channels));
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      for (int c = 0; c < channels; ++c)
        image.ptr(y)[x * channels + c] =
            static_cast<uchar>(3 * x + 5 * y + 31 * c + (x * y * (c + 1)) % 89 + 97 * ((x / 3 + y / 2) % 2));
  return image;
}

std::string pixel_hash(const cv::Mat& image) {
  const cv::Mat whole = image.isContinuous() ? image : image.clone();
  return sha256_hex({reinterpret_cast<const char*>(whole.data), whole.total() * whole.elemSize()});
}

TEST(Resize, EqualsPillow) {
  for (const Golden& golden : kGolden) {
    const cv::Mat resized = resize(picture(golden.from, golden.channels), golden.to, golden.filter);
    ASSERT_EQ(resized.size(), cv::Size(golden.to.width, golden.to.height));
    EXPECT_EQ(pixel_hash(resized), golden.sha256)
        << golden.filter << ' ' << golden.channels << " channels, " << golden.from.width << 'x' << golden.from.height
        << " to " << golden.to.width << 'x' << golden.to.height;
  }
}

TEST(Resize, EqualsPillowOnAPartOfALargerImage) {
  const cv::Mat framed = picture({60, 60}, 3);
  const cv::Mat part = framed(cv::Rect(7, 9, 40, 31));
  EXPECT_EQ(pixel_hash(resize(part, {17, 53}, "pillow-bicubic")),
            pixel_hash(resize(part.clone(), {17, 53}, "pillow-bicubic")));
}

TEST(Resize, StaysRightWhenMoreSizesComeThanTablesAreKept) {
  const cv::Mat image = picture({50, 50}, 1);
  const std::string before = pixel_hash(resize(image, {20, 20}, "pillow-lanczos"));
  for (int side = 21; side < 45; ++side) resize(image, {side, side + 3}, "pillow-lanczos");
  EXPECT_EQ(pixel_hash(resize(image, {20, 20}, "pillow-lanczos")), before);
}

TEST(Resize, TakesOpenCvsFilters) {
  const cv::Mat image = picture({41, 30}, 3);
  cv::Mat expected;
  cv::resize(image, expected, {20, 22}, 0, 0, cv::INTER_AREA);
  EXPECT_EQ(pixel_hash(resize(image, {20, 22}, "opencv-area")), pixel_hash(expected));
}

TEST(Resize, NamesThirteenFiltersThatAllWorkAndDiffer) {
  ASSERT_EQ(resize_filter_names().size(), 13U);
  std::set<std::string> pictures;
  for (const std::string& filter : resize_filter_names())
    pictures.insert(pixel_hash(resize(picture({61, 47}, 3), {32, 32}, filter)));
  EXPECT_EQ(pictures.size(), 13U);
}

TEST(Resize, SuggestsANameForAnUnknownFilter) {
  try {
    resize(picture({4, 4}, 1), {2, 2}, "pillow-bilinaer");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "unknown resize filter 'pillow-bilinaer'; did you mean 'pillow-bilinear'?");
  }
}

}  // namespace
}  // namespace robustcheck::image
