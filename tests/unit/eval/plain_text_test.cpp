#include "plain_text.h"

#include <gtest/gtest.h>

namespace robustcheck::eval {
namespace {

TEST(PlainText, KeepsGoodText) { EXPECT_EQ(one_line("größer als 5 %"), "größer als 5 %"); }

TEST(PlainText, JoinsLinesAndDropsControlCharacters) { EXPECT_EQ(one_line(" a\nb\t\x1b[0mc\r\n"), "a b  [0mc"); }

TEST(PlainText, EscapesWhatIsNoUtf8) { EXPECT_EQ(one_line("a\xffz"), "a\\xFFz"); }

TEST(PlainText, CutsLongText) { EXPECT_EQ(one_line(std::string(100000, 'x')).size(), 600u); }

TEST(PlainText, FindsTheLastLineThatSaysSomething) {
  EXPECT_EQ(last_line("first\nsecond\n \n\n"), "second");
  EXPECT_EQ(last_line("only"), "only");
  EXPECT_EQ(last_line(" \n"), "");
  EXPECT_EQ(last_line(""), "");
}

}  // namespace
}  // namespace robustcheck::eval
