#include "robustcheck/app/terminal.h"

#include <gtest/gtest.h>

namespace robustcheck::app {
namespace {

TEST(Terminal, CutsCharactersNotBytes) {
  EXPECT_EQ(clipped("search  12 evaluations", 40), "search  12 evaluations");
  EXPECT_EQ(clipped("search  12 evaluations", 10), "search ...");
  EXPECT_EQ(clipped("\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc", 5), "\u00e4\u00f6...");
}

TEST(Terminal, WrapsUnderTheSecondColumn) {
  EXPECT_EQ(wrapped("  --seed N    of everything random in it\nend", 30),
            "  --seed N    of everything\n              random in it\nend");
  EXPECT_EQ(wrapped("a footer that is long", 12), "a footer\nthat is long");
  EXPECT_EQ(wrapped("  in one column that is long", 16), "  in one column\n  that is long");
}

TEST(Terminal, AWordThatFitsNowhereStays) {
  EXPECT_EQ(wrapped("  averyveryverylongword", 10), "  averyveryverylongword");
  EXPECT_EQ(wrapped("a/very/long/path/without/a/space and more", 10), "a/very/long/path/without/a/space\nand more");
}

}  // namespace
}  // namespace robustcheck::app
