#include "robustcheck/base/number.h"

#include <gtest/gtest.h>

namespace robustcheck {
namespace {

TEST(Number, ReadsWhatAPersonWritesInDecimal) {
  EXPECT_EQ(decimal("12"), 12.0);
  EXPECT_EQ(decimal("-0.5"), -0.5);
  EXPECT_EQ(decimal(".05"), 0.05);
  EXPECT_EQ(decimal("1e3"), 1000.0);
  EXPECT_EQ(decimal("0"), 0.0);
  EXPECT_EQ(decimal("0.1"), 0.1);
  EXPECT_EQ(whole_number("0"), 0U);
  EXPECT_EQ(whole_number("1e3"), 1000U);
  EXPECT_EQ(whole_number("1000.0"), 1000U);
  EXPECT_EQ(whole_number("18446744073709551615"), ~std::uint64_t{0}) << "a seed may have all its bits";
}

TEST(Number, RefusesWhatIsNone) {
  for (const char* text :
       {"",   "nan", "NAN", "inf", "-inf", "infinity", "1e999", "-1e999", "0x10", "0b1",   "010", "0777", "-010",
        "00", "5 ",  " 5",  "5%",  "1,5",  "1e",       "e3",    ".",      "-",    "1.2.3", "1-2", "+5"}) {
    EXPECT_EQ(decimal(text), std::nullopt) << text;
    EXPECT_EQ(whole_number(text), std::nullopt) << text;
  }
  for (const char* text : {"-1", "1.5", "18446744073709551616", "1e20", "-0.5"})
    EXPECT_EQ(whole_number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace robustcheck
