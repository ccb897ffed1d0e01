#include "robustcheck/base/json.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "robustcheck/base/error.h"

namespace robustcheck {
namespace {

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

TEST(Json, NamesLineAndColumnOfASyntaxError) {
  EXPECT_EQ(message([] { parse_json("{\n  \"a\": }", "x.json"); }), "x.json: no valid JSON at line 2, column 8");
}

TEST(Json, RefusesAKeyThatIsGivenTwiceAndNamesItsPlace) {
  EXPECT_EQ(message([] { parse_json(R"({"a": 1, "b": {"a": 2}, "a": 3})", "x.json"); }), "x.json#/a: given twice");
  EXPECT_EQ(message([] { parse_json(R"({"l": [{"m": 1}, {"m": 1, "n": [], "m": {}}]})", "x.json"); }),
            "x.json#/l/1/m: given twice");
  EXPECT_EQ(message([] { parse_json(R"([[1, 2], {"m": 1, "m": 1}])", "stdin:3"); }), "stdin:3#/1/m: given twice");
  EXPECT_EQ(parse_json(R"([{"a": {"a": 1}}, {"a": 2}])", "x.json").dump(), R"([{"a":{"a":1}},{"a":2}])");
}

TEST(Json, GoesSoDeepAndNoDeeper) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_EQ(parse_json(nested(100), "x.json").dump(), nested(100));
  EXPECT_EQ(message([&] { parse_json(nested(200000), "x.json"); }), "x.json: is nested deeper than 100 levels");
  EXPECT_EQ(message([&] { parse_json(std::string(200000, '['), "x.json"); }),
            "x.json: is nested deeper than 100 levels");
  EXPECT_EQ(message([] { parse_json(R"({"a": 1e999})", "x.json"); }), "x.json: holds a number that no double can hold");
  EXPECT_FALSE(json_or_none("{"));
  EXPECT_EQ(json_or_none("[1]")->size(), 1U);
}

TEST(Json, WritesNothingThatATerminalObeys) {
  EXPECT_EQ(json_text(Json("a\x7f\u009b\u00e9\x1b")), R"("a\u007f\u009b)"
                                                      "\u00e9"
                                                      R"(\u001b")");
}

TEST(Json, SkipsCommentsOnlyWhereTold) {
  EXPECT_EQ(parse_json("{ // why\n \"a\": 1}", "x.json", Comments::skipped).dump(), R"({"a":1})");
  EXPECT_EQ(message([] { parse_json("{ // why\n \"a\": 1}", "x.json"); }), "x.json: no valid JSON at line 1, column 3");
}

TEST(Json, RefusesANumberThatIsNone) {
  EXPECT_EQ(message([] { parse_json(R"({"a": 1e999})", "x.json"); }), "x.json: holds a number that no double can hold");
}

TEST(Json, HasNoNumberForInfinity) {
  EXPECT_TRUE(number_or_null(std::numeric_limits<double>::infinity()).is_null());
  EXPECT_EQ(number_or_null(0.5).dump(), "0.5");
}

TEST(ObjectReader, SaysPlaceValueAndWhatWouldBeRight) {
  const Json json = {{"size", "big"}, {"n", 7}, {"mode", "rgp"}};
  const ObjectReader reader(json, "x.json");
  EXPECT_EQ(message([&] { (void)reader.number("size"); }), "x.json#/size: \"big\" is no number");
  EXPECT_EQ(message([&] { (void)reader.integer("n", 0, 5); }), "x.json#/n: 7 is no integer in [0, 5]");
  EXPECT_EQ(message([&] { (void)reader.choice("mode", {"rgb", "gray"}); }),
            "x.json#/mode: unknown value 'rgp'; did you mean 'rgb'?");
  EXPECT_EQ(message([&] { (void)reader.text("name"); }), "x.json: 'name' is missing");
}

TEST(ObjectReader, RefusesUnknownKeysWithAProposal) {
  const Json json = {{"widht", 3}};
  EXPECT_EQ(message([&] { ObjectReader(json, "x.json#/input").only({"width", "height"}); }),
            "x.json#/input: unknown key 'widht'; did you mean 'width'?");
}

TEST(ObjectReader, RefusesWhatIsNoObject) {
  const Json json = 3;
  EXPECT_EQ(message([&] { ObjectReader(json, "x.json"); }), "x.json: 3 is no object {...}");
}

}  // namespace
}  // namespace robustcheck
