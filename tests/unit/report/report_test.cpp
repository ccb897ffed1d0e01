#include "robustcheck/report/report.h"

#include <gtest/gtest.h>

#include <sstream>

#include "robustcheck/report/confirmation_words.h"

namespace robustcheck::report {
namespace {

space::Catalogue catalogue() {
  space::Catalogue catalogue;
  catalogue.transforms = {{.name = "rotate",
                           .family = "",
                           .summary = "",
                           .source = "",
                           .parameters = {{"degrees", -45, 45, 0, "degrees"}},
                           .has_border = true}};
  catalogue.knobs = space::all_knobs();
  return catalogue;
}

Report example() {
  Report report;
  report.catalogue = catalogue();
  report.baseline.accuracy = 0.923;
  report.baseline.images = 1000;
  report.robust_accuracy = RobustAccuracy{0.5, {0.46, 0.54}, 500};
  Counterexample found;
  found.id = "0123abcd";
  found.oracle = "label";
  found.variance = {{{"rotate", {12.5}}}, {{"precision", "bf16"}}, 0};
  found.signature = space::signature("label", found.variance);
  found.magnitude = 0.278;
  found.knobs_changed = 1;
  found.failures = 100;
  found.images = 400;
  found.ci95 = {0.21, 0.295};
  found.attribution = analysis::Attribution{0.1, 0.05, 0.25, {0.11, {0.07, 0.15}}};
  found.needs_both = true;
  found.genes = {{"rotate", 0.62}, {"precision=bf16", 0.38}};
  found.examples = {{"a/1.png", std::string(64, '0'), 1, {1, 0.9}, {2, 0.6}, "cases/0123abcd-1.json"}};
  report.counterexamples = {found};
  report.tolerance = {{"rotate", "degrees", "degrees", 30.0, 96, Tolerated{12.4, 0.28, 10.1, 15.2},
                       Tolerated{8.2, 0.18, 6.0, {}}, space::Assignment{{"precision", "bf16"}}},
                      {"rotate", "degrees", "degrees", -30.0, 96, {}, {}, {}}};
  report.counts.dropped = {{"unconfirmed", 2}, {"invalid", 0}, {"explained", 4}};
  report.counts.candidates = 7;
  report.counts.confirmed = 1;
  return report;
}

std::string terminal(const Report& report, TerminalStyle style = {}) {
  std::ostringstream out;
  write_terminal(report, "run", style, out);
  return out.str();
}

TEST(TerminalReport, SaysWhatBreaksTheModelAndHowToSeeItAgain) {
  EXPECT_EQ(terminal(example()),
            "1 confirmed counterexample\n"
            "clean accuracy  92.3 % on 1000 images\n"
            "worst case      50.0 % [46.0, 54.0] on 500 unseen images, worst of all confirmed\n"
            "\n"
            "rank failure rate     95 % interval  images  magnitude  oracle\n"
            "   1      25.0 %    [21.0, 29.5]     400       0.28  label\n"
            "      rotate 12.5 degrees (reflect border); precision bf16\n"
            "      needs both: data alone 10.0 %, configuration alone 5.0 %, only together\n"
            "      11.0 % [7.0, 15.0]\n"
            "      share of the failures: rotate 62 %, precision=bf16 38 %\n"
            "      robustcheck replay run/cases/0123abcd-1.json\n"
            "(95 % of the intervals shown cover; the first of near equals is the luckiest)\n"
            "\n"
            "tolerance (where the failure rate reaches the failure limit)\n"
            "  rotate 12.4 degrees [10.1, 15.2]; with precision bf16 8.2 degrees [6, -]\n"
            "\n"
            "7 candidates above the limit: 1 confirmed, 2 not confirmed, 4 explained by a\n"
            "  confirmed one\n"
            "report: run/report.json\n");
}

TEST(TerminalReport, HasNoEscapesWithoutColour) { EXPECT_EQ(terminal(example()).find('\033'), std::string::npos); }

TEST(TerminalReport, SaysWhenNothingWasFoundAndWhenItIsPartial) {
  Report report;
  report.status = "partial";
  EXPECT_TRUE(terminal(report).starts_with("no confirmed counterexample (partial run"));
}

TEST(TerminalReport, SaysWhatARunWithoutFindingsHasShown) {
  Report report;
  report.settings = {{"failure_limit", 0.05}};
  report.confirmation.tests = 23;
  report.confirmation.images = 455;
  report.confirmation.detectable_rate = 0.0983;
  EXPECT_NE(
      terminal(report).find("no failure above 5 % confirmed in 23 tests on 455 unseen images; a tested\n  variance "
                            "that fails on 9.8 % would have been (probability 0.8)\n"),
      std::string::npos)
      << terminal(report);
}

TEST(TerminalReport, SaysWhenNothingWasConfirmedBecauseNothingWasTested) {
  Report report;
  report.counts.candidates = 31;
  report.counts.not_tested = 31;
  report.counts.after_needed = 4200;
  EXPECT_TRUE(terminal(report).starts_with("inconclusive: no confirmed counterexample\n")) << terminal(report);
  EXPECT_EQ(left_untested(report.counts),
            "31 of 31 candidates above the limit were not tested; --after-budget 4200 would do");
}

TEST(JsonReport, HasNullsWhereOneSideIsEmpty) {
  Report report = example();
  report.counterexamples[0].variance.config.clear();
  report.counterexamples[0].attribution.reset();
  const Json attribution = to_json(report)["counterexamples"][0]["attribution"];
  EXPECT_EQ(attribution["data"], 0.25);
  EXPECT_TRUE(attribution["config"].is_null() && attribution["both"].is_null() && attribution["interaction"].is_null());
}

TEST(TerminalReport, SaysNeedsBothOnlyWhereNearbyStrengthsAgree) {
  Report report = example();
  report.counterexamples[0].needs_both = false;
  EXPECT_EQ(terminal(report).find("needs both"), std::string::npos);
}

TEST(JsonReport, HasNullsWhereNothingWasMeasured) {
  const Json json = to_json(example());
  EXPECT_TRUE(json["tolerance"][1]["reference"].is_null() && json["tolerance"][1]["configuration"].is_null());
  EXPECT_TRUE(json["tolerance"][0]["worst"]["high"].is_null());
  EXPECT_TRUE(json["coverage"].is_null() && json["counterexamples"][0]["accuracy"].is_null());
  EXPECT_EQ(json["counterexamples"][0]["attribution"]["genes"][0]["gene"], "rotate");
}

TEST(JsonReport, HasEveryKeyOfTheContractInAnEmptyReport) {
  const Json json = to_json(Report{});
  for (const char* key : {"schema_version",  "tool",
                          "status",          "seed",
                          "command",         "model",
                          "variants",        "dataset",
                          "preprocess",      "space",
                          "environment",     "baseline",
                          "budget",          "robust_accuracy",
                          "counterexamples", "tolerance",
                          "interaction_map", "unavailable_knobs",
                          "dropped",         "timing"})
    EXPECT_TRUE(json.contains(key)) << key;
}

TEST(TerminalReport, SaysHowManyImagesBrokeUnderTheirOwnWorst) {
  Report report = example();
  report.robust_accuracy_image = RobustAccuracyImage{0.026, {0.0154, 0.0435}, 507, 462, 9.63, 10};
  EXPECT_NE(terminal(report).find("worst per image 2.6 % [1.5, 4.3] on 507 images of the search half, after 9.6\n"
                                  "                evaluations each, 462 broken (per_image.jsonl)\n"),
            std::string::npos)
      << terminal(report);
}

TEST(JsonReport, HasTheWorstOfEachImageInScopeImageOnly) {
  Report report = example();
  EXPECT_TRUE(to_json(report)["robust_accuracy_image"].is_null());
  report.robust_accuracy_image = RobustAccuracyImage{0.026, {0.0154, 0.0435}, 507, 462, 9.63, 10};
  const Json json = to_json(report)["robust_accuracy_image"];
  EXPECT_EQ(json["value"], 0.026);
  EXPECT_EQ(json["broken"], 462);
  EXPECT_EQ(json["evaluations_per_image"], 9.63);
  EXPECT_EQ(json["ci95"], Json({0.0154, 0.0435}));
}

TEST(JsonReport, IsTheSameTwice) {
  std::ostringstream a, b;
  write_json(example(), a);
  write_json(example(), b);
  EXPECT_EQ(a.str(), b.str());
}

}  // namespace
}  // namespace robustcheck::report
