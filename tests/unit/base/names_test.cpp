#include "robustcheck/base/names.h"

#include <gtest/gtest.h>

#include "robustcheck/base/json.h"
#include "robustcheck/base/rng.h"

namespace robustcheck {
namespace {

TEST(Names, LeaveUtf8AsItIs) {
  for (const char* name : {"", "a b", "n\u00e9", "\U0001F600.png", "new\nline", "C:\\x\\img.png", "\\x5c"})
    EXPECT_EQ(as_text(name), name);
}

TEST(Names, EscapeBytesThatAreNoUtf8) {
  EXPECT_EQ(as_text("Mu\xf1oz"), "Mu\\xF1oz");
  EXPECT_EQ(as_text("\xc0\xaf"), "\\xC0\\xAF");                    // an overlong form
  EXPECT_EQ(as_text("\xed\xa0\x80"), "\\xED\\xA0\\x80");           // a surrogate
  EXPECT_EQ(as_text("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(as_text("\xe2\x82"), "\\xE2\\x82");                    // cut off
}

TEST(Names, EscapeWhatLooksLikeAnEscape) { EXPECT_EQ(as_text("a\\xF1"), "a\\x5CxF1"); }

TEST(Names, ReadBackWhatTheyWrote) {
  constexpr std::string_view kPieces[] = {"\\",   "x",  "5C", "F1",           "\xf1", "\xc3",
                                          "\xa9", "\n", "a",  "\xed\xa0\x80", "\xff"};
  Rng rng(1, "names");
  for (int round = 0; round < 3000; ++round) {
    std::string name;
    for (std::uint64_t left = rng.below(8); left > 0; --left) name += kPieces[rng.below(std::size(kPieces))];
    const std::string text = as_text(name);
    EXPECT_EQ(from_text(text), name) << text;
    EXPECT_NO_THROW((void)Json(text).dump());
  }
}

TEST(Names, FitOneLineOfATerminal) {
  EXPECT_EQ(one_line_text("im,\"\n\xe9.png"), "im,\"\\x0A\\xE9.png");
  EXPECT_EQ(one_line_text("\x1b[31m n\u00e9"), "\\x1B[31m n\u00e9");
  EXPECT_EQ(one_line_text("a\x7f\u0085\u009b\u00a0"), "a\\x7F\\xC2\\x85\\xC2\\x9B\u00a0");
}

TEST(Names, BecomeOneWordOfACommandLine) {
  EXPECT_EQ(shell_word("run/cases/a-1.json"), "run/cases/a-1.json");
  EXPECT_EQ(shell_word("a run/it's"), "'a run/it'\\''s'");
  EXPECT_EQ(shell_word("a\nb\xff'\\"), "$'a\\x0Ab\\xFF\\'\\\\'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(JsonText, NeverThrowsForBytesThatAreNoUtf8) {
  const Json value = {{"k\xff", {1, "v\xf1", Json::object({{"a", nullptr}})}}, {"b", 0.5}};
  EXPECT_EQ(json_text(value), R"({"k\\xFF":[1,"v\\xF1",{"a":null}],"b":0.5})");
  EXPECT_EQ(json_text({{"n", "\u00e9"}}), "{\"n\":\"\u00e9\"}");
}

}  // namespace
}  // namespace robustcheck
