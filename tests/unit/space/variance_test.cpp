#include "robustcheck/space/variance.h"

#include <gtest/gtest.h>

#include "fixture.h"
#include "robustcheck/base/error.h"

namespace robustcheck::space {
namespace {

Variance parse(const std::string& text) { return variance_from_json(parse_json(text, "v"), toy_catalogue(), "v"); }

std::string error(const std::string& text) {
  try {
    parse(text);
  } catch (const Error& failure) {
    EXPECT_EQ(failure.kind(), ErrorKind::usage);
    return failure.what();
  }
  return "no error";
}

TEST(Variance, SurvivesJson) {
  const std::string text =
      R"({"data":[{"transform":"rotate","degrees":12.5,"border":"black"},{"transform":"jpeg","quality":45}],)"
      R"("config":{"precision":"bf16","threads":2},"seed":9})";
  const Variance variance = parse(text);
  EXPECT_EQ(
      to_json(variance, toy_catalogue()).dump(),
      Json::parse(
          R"({"data":[{"transform":"rotate","degrees":12.5,"border":"black"},{"transform":"jpeg","quality":45.0}],"config":{"precision":"bf16","threads":2},"seed":9})")
          .dump());
  EXPECT_EQ(parse(to_json(variance, toy_catalogue()).dump()), variance);
}

TEST(Variance, IsCanonicalAfterReading) {
  EXPECT_EQ(
      parse(
          R"({"data":[{"transform":"rotate"},{"transform":"jpeg","quality":100}],"config":{"precision":"fp32","threads":1}})"),
      Variance{});
}

TEST(Variance, RefusesUnknownNamesWithAProposal) {
  EXPECT_EQ(error(R"({"data":[{"transform":"rotat"}]})"),
            "v#/data/0/transform: unknown transform 'rotat'; did you mean 'rotate'? (robustcheck list transforms)");
  EXPECT_EQ(error(R"({"config":{"precison":"bf16"}})"),
            "v#/config: unknown knob 'precison'; did you mean 'precision'? (robustcheck list knobs)");
  EXPECT_EQ(error(R"({"dta":[]})"), "v: unknown key 'dta'; did you mean 'data'?");
}

TEST(Variance, RefusesValuesOutsideTheRange) {
  EXPECT_EQ(error(R"({"data":[{"transform":"rotate","degrees":80}]})"),
            "v#/data/0/degrees: 80 degrees is outside [-45, 45]");
  EXPECT_NE(error(R"({"config":{"precision":"bf17"}})").find("did you mean 'bf16'?"), std::string::npos);
}

TEST(Variance, RefusesKnobsThatCannotBeCombined) {
  EXPECT_EQ(error(R"({"config":{"yuv_matrix":"bt709"}})"),
            "v#/config: yuv_matrix=bt709 needs yuv: nothing passes through YUV without it");
  EXPECT_EQ(error(R"({"config":{"yuv_matrix":"bt709","yuv":"nv12"}})"), "no error");
  EXPECT_EQ(error(R"({"config":{"resize_rule":"direct","crop_fraction":0.875}})"),
            "v#/config: crop_fraction=0.875 with resize_rule=direct: what is resized straight to the input size is not "
            "cropped");
}

TEST(Variance, RefusesABorderWhereNoneApplies) {
  EXPECT_EQ(error(R"({"data":[{"transform":"jpeg","quality":50,"border":"black"}]})"),
            "v#/data/0: unknown key 'border'; allowed: transform, quality");
}

TEST(Variance, MeasuresMagnitudeByTheLargestShareOfRange) {
  EXPECT_NEAR(magnitude(parse(R"({"data":[{"transform":"rotate","degrees":30},{"transform":"jpeg","quality":90}]})"),
                        toy_catalogue()),
              30.0 / 45.0, 1e-12);
  EXPECT_NEAR(magnitude(parse(R"({"data":[{"transform":"blur","length":0.05,"angle":180}]})"), toy_catalogue()), 0.25,
              1e-12);
  EXPECT_EQ(magnitude(Variance{}, toy_catalogue()), 0.0);
}

TEST(Variance, HasASignatureWithoutStrengthsOrOrder) {
  EXPECT_EQ(
      signature(
          "label",
          parse(
              R"({"data":[{"transform":"rotate","degrees":3},{"transform":"jpeg","quality":50}],"config":{"precision":"bf16"}})")),
      "label:jpeg+rotate|precision=bf16");
  EXPECT_EQ(signature("label", parse(R"({"data":[{"transform":"rotate","degrees":3}]})")), "label:rotate");
}

TEST(Variance, IsDescribedInWords) {
  EXPECT_EQ(
      describe(
          parse(
              R"({"data":[{"transform":"rotate","degrees":12.5},{"transform":"blur","length":0.05,"angle":30}],"config":{"precision":"bf16"}})"),
          toy_catalogue()),
      "rotate 12.5 degrees (reflect border), then blur 5 %, angle 30 degrees; precision bf16");
  EXPECT_EQ(describe(Variance{}, toy_catalogue()), "nothing");
}

}  // namespace
}  // namespace robustcheck::space
