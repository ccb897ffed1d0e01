#include "robustcheck/image/thumbnail.h"

#include <gtest/gtest.h>

#include "robustcheck/base/error.h"

namespace robustcheck::image {
namespace {

Picture gray(int width, int height, const std::string& pixels) { return {width, height, 1, pixels}; }

TEST(Thumbnail, FitsTheSquareAndKeepsTheShape) {
  const Picture small = thumbnail({400, 100, 3, std::string(400 * 100 * 3, '\x40')}, 224);
  EXPECT_EQ(small, (Picture{224, 56, 3, std::string(224 * 56 * 3, '\x40')}));
}

TEST(Thumbnail, LeavesASmallPictureAsItIs) {
  const Picture picture = gray(2, 1, "ab");
  EXPECT_EQ(thumbnail(picture, 2), picture);
}

TEST(Thumbnail, NeverVanishes) { EXPECT_EQ(thumbnail({1000, 1, 1, std::string(1000, 'x')}, 10).height, 1); }

TEST(Difference, IsStretchedToWhite) {
  EXPECT_EQ(difference(gray(3, 1, {'\x10', '\x20', '\x30'}), gray(3, 1, {'\x10', '\x22', '\x2C'})).pixels,
            (std::string{'\0', '\x7F', '\xFF'}));
}

TEST(Difference, OfEqualPicturesIsBlack) {
  EXPECT_EQ(difference(gray(2, 1, "ab"), gray(2, 1, "ab")).pixels, std::string(2, '\0'));
}

TEST(Difference, OfOtherSizesIsABug) { EXPECT_THROW(difference(gray(2, 1, "ab"), gray(1, 2, "ab")), Error); }

}  // namespace
}  // namespace robustcheck::image
