#include "robustcheck/image/resize.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <set>
#include <string>

#include "golden_picture.h"
#include "robustcheck/base/error.h"

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

TEST(Resize, EqualsPillow) {
  for (const Golden& golden : kGolden) {
    const cv::Mat resized = resize(golden_picture(golden.from, golden.channels), golden.to, golden.filter);
    ASSERT_EQ(resized.size(), cv::Size(golden.to.width, golden.to.height));
    EXPECT_EQ(pixel_hash(resized), golden.sha256)
        << golden.filter << ' ' << golden.channels << " channels, " << golden.from.width << 'x' << golden.from.height
        << " to " << golden.to.width << 'x' << golden.to.height;
  }
}

TEST(Resize, EqualsPillowOnAPartOfALargerImage) {
  const cv::Mat framed = golden_picture({60, 60}, 3);
  const cv::Mat part = framed(cv::Rect(7, 9, 40, 31));
  EXPECT_EQ(pixel_hash(resize(part, {17, 53}, "pillow-bicubic")),
            pixel_hash(resize(part.clone(), {17, 53}, "pillow-bicubic")));
}

TEST(Resize, StaysRightWhenMoreSizesComeThanTablesAreKept) {
  const cv::Mat image = golden_picture({50, 50}, 1);
  const std::string before = pixel_hash(resize(image, {20, 20}, "pillow-lanczos"));
  for (int side = 21; side < 45; ++side) resize(image, {side, side + 3}, "pillow-lanczos");
  EXPECT_EQ(pixel_hash(resize(image, {20, 20}, "pillow-lanczos")), before);
}

TEST(Resize, TakesOpenCvsFilters) {
  const cv::Mat image = golden_picture({41, 30}, 3);
  cv::Mat expected;
  cv::resize(image, expected, {20, 22}, 0, 0, cv::INTER_AREA);
  EXPECT_EQ(pixel_hash(resize(image, {20, 22}, "opencv-area")), pixel_hash(expected));
}

TEST(Resize, NamesThirteenFiltersThatAllWorkAndDiffer) {
  ASSERT_EQ(resize_filter_names().size(), 13U);
  std::set<std::string> pictures;
  for (const std::string& filter : resize_filter_names())
    pictures.insert(pixel_hash(resize(golden_picture({61, 47}, 3), {32, 32}, filter)));
  EXPECT_EQ(pictures.size(), 13U);
}

TEST(Resize, SuggestsANameForAnUnknownFilter) {
  try {
    resize(golden_picture({4, 4}, 1), {2, 2}, "pillow-bilinaer");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "unknown resize filter 'pillow-bilinaer'; did you mean 'pillow-bilinear'?");
  }
}

}  // namespace
}  // namespace robustcheck::image
