#include "robustcheck/base/csv.h"

#include <gtest/gtest.h>

#include "robustcheck/base/error.h"

namespace robustcheck {
namespace {

using Fields = std::vector<std::vector<std::string>>;

Fields fields(std::string_view text, char separator = ',') {
  Fields all;
  for (const CsvRow& row : parse_csv(text, separator, "x.csv")) all.push_back(row.fields);
  return all;
}

TEST(Csv, ReadsQuotesSeparatorsAndLineBreaksInQuotes) {
  EXPECT_EQ(fields("\"a, b\",\"say \"\"hi\"\"\"\n\"two\nlines\",x\n"),
            (Fields{{"a, b", "say \"hi\""}, {"two\nlines", "x"}}));
}

TEST(Csv, ReadsEveryLineEnd) {
  for (const char* text : {"a,b\nc,d\n", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "a,b\n\n\nc,d"})
    EXPECT_EQ(fields(text), (Fields{{"a", "b"}, {"c", "d"}}));
}

TEST(Csv, KeepsSpacesQuotesWithinAndEmptyFields) {
  EXPECT_EQ(fields(" a ,5\" tv,\n"), (Fields{{" a ", "5\" tv", ""}}));
  EXPECT_EQ(fields("a,b;c\td", ';'), (Fields{{"a,b", "c\td"}}));
  EXPECT_TRUE(fields("").empty());
}

TEST(Csv, KnowsWhereARowBegins) {
  const std::vector<CsvRow> rows = parse_csv("a,b\n\n\"x\ny\",c\nd,e", ',', "x.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].line, 1U);
  EXPECT_EQ(rows[1].line, 3U);
  EXPECT_EQ(rows[2].line, 5U);
}

TEST(Csv, NamesTheQuoteThatIsNotClosed) {
  try {
    parse_csv("a,b\n\"c,d\n", ',', "x.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "x.csv:2: a quoted field is not closed");
  }
}

}  // namespace
}  // namespace robustcheck
