#include "robustcheck/analysis/compare.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "robustcheck/analysis/statistics.h"

namespace robustcheck::analysis {
namespace {

Finding finding(const std::string& transform, std::uint64_t failures, std::uint64_t images = 400) {
  Finding result;
  result.variance.data = {{transform, {1.0}}};
  result.signature = "label:" + transform;
  result.failure = {static_cast<double>(failures) / static_cast<double>(images), wilson(failures, images), images};
  return result;
}

Findings report(std::vector<Finding> findings) {
  Findings result;
  result.transforms = {{{"transform", "rotate"}}, {{"transform", "fog"}}};
  result.knobs = Json::array();
  result.counterexamples = std::move(findings);
  return result;
}

/// `images` tested from image `first` on; the first `failures` of them violate.
std::string outcomes(std::size_t first, std::size_t images, std::size_t failures) {
  return std::string(first, '.') + std::string(failures, '1') + std::string(images - failures, '0');
}

Finding on_images(const std::string& transform, std::size_t failures, std::size_t first = 0) {
  Finding result = finding(transform, failures);
  result.oracle = "label";
  result.outcomes = outcomes(first, 400, failures);
  return result;
}

std::vector<Change> changes(const Findings& before, const Findings& now) {
  std::vector<Change> all;
  for (const Compared& row : compare(before, now)) all.push_back(row.change);
  return all;
}

/// A model that is another one.
Findings other(Findings findings) {
  findings.deployment = "other";
  return findings;
}

TEST(Compare, SaysWorseSameBetterAndFixedOfTheSameVarianceOnSharedImages) {
  const auto only = [](std::size_t before, std::size_t now) {
    Findings first = report({on_images("rotate", before)}), second = other(report({on_images("rotate", now)}));
    first.failure_limit = second.failure_limit = 0.05;
    return compare(first, second).at(0);
  };
  EXPECT_EQ(only(40, 52).change, Change::worse) << "12 images fail now and did not before, none the other way round";
  EXPECT_EQ(only(40, 52).test, "McNemar, 400 shared images");
  EXPECT_NEAR(only(40, 52).p_value.value(), 2.0 / 4096, 1e-12);
  EXPECT_EQ(only(40, 42).change, Change::same);
  EXPECT_EQ(only(80, 40).change, Change::better) << "10 % is above the limit";
  EXPECT_EQ(only(80, 10).change, Change::fixed);
  EXPECT_EQ(only(10, 80).change, Change::added) << "the old model kept the limit there";
}

TEST(Compare, SaysNothingOfWhatOnlyOneSearchFound) {
  EXPECT_EQ(changes(report({on_images("rotate", 40)}), other(report({}))), (std::vector<Change>{Change::not_again}));
  EXPECT_EQ(changes(report({}), other(report({on_images("rotate", 40)}))), (std::vector<Change>{Change::here_only}));
  Finding stronger = on_images("rotate", 80);
  stronger.variance.data[0].values = {2.0};
  EXPECT_EQ(changes(report({on_images("rotate", 40)}), other(report({stronger}))),
            (std::vector<Change>{Change::here_only, Change::not_again}))
      << "the same signature at another strength is another variance";
}

TEST(Compare, UnsharedImagesSayNothing) {
  const Findings before = report({on_images("rotate", 40)}), now = other(report({on_images("rotate", 52, 400)}));
  EXPECT_EQ(changes(before, now), (std::vector<Change>{Change::here_only}));
  Findings elsewhere = other(report({on_images("rotate", 52)}));
  elsewhere.dataset_sha256 = "other images";
  EXPECT_EQ(changes(before, elsewhere), (std::vector<Change>{Change::here_only}));
}

TEST(Compare, NothingChangesWhereEverythingIsEqual) {
  const Findings before = report({on_images("rotate", 40), on_images("snow", 40)});
  const Findings now = report({on_images("rotate", 80), on_images("fog", 40)});
  EXPECT_TRUE(same_deployment(before, now));
  EXPECT_EQ(changes(before, now), (std::vector<Change>{Change::here_only, Change::not_again, Change::same}));
}

TEST(Compare, OneFailureOfCrashIsNewAndNoneIsFixed) {
  EXPECT_EQ(verdicts({{"crash", true, 400, 1, 0, 1, 0}}, 0.05), (std::vector<Change>{Change::added}));
  EXPECT_EQ(verdicts({{"crash", false, 400, 1, 0, 1, 0}}, 0.05), (std::vector<Change>{Change::worse}));
  EXPECT_EQ(verdicts({{"numeric", false, 400, 0, 1, 0, 1}}, 0.05), (std::vector<Change>{Change::fixed}));
  EXPECT_EQ(verdicts({{"numeric", true, 400, 9, 1, 8, 0}}, 0.05), (std::vector<Change>{Change::same}));
  EXPECT_FALSE(p_value({"crash", true, 400, 1, 0, 1, 0}).has_value());
}

/// 6 to 0 is p = 0.03: enough alone, not beside nine that show nothing.
TEST(Compare, BenjaminiHochbergIsOverAllThatWereMeasured) {
  const Pair differs{"label", false, 400, 46, 40, 6, 0}, equal{"label", false, 400, 40, 40, 0, 0};
  EXPECT_EQ(verdicts({differs}, 0.05), (std::vector<Change>{Change::worse}));
  std::vector<Pair> many(9, equal);
  many.push_back(differs);
  EXPECT_EQ(verdicts(many, 0.05).back(), Change::same);
}

TEST(Compare, ReadsWhatTheNewRunMeasuredOfTheOldReport) {
  Findings now = other(report({}));
  now.failure_limit = 0.05;
  now.baseline_report = "a hash";
  const Measured low{0.01, {}, 300}, high{0.4, {}, 300};
  now.baseline_variances = {
      {"label:a", "label", "a 1", false, low, high, 0, 117, 0, ""},
      {"label:b", "label", "b 1", true, high, low, 117, 0, 0, ""},
      {"label:c", "label", "c 1", true, high, std::nullopt, 0, 0, 0, "the old model is not at m.pt"}};
  const std::vector<Compared> rows = compare(report({on_images("rotate", 40)}), now);
  ASSERT_EQ(rows.size(), 3U) << "what was measured, and no match by signature";
  EXPECT_EQ(rows[0].change, Change::added);
  EXPECT_EQ(rows[1].change, Change::not_run);
  EXPECT_EQ(rows[1].reason, "the old model is not at m.pt");
  EXPECT_EQ(rows[2].change, Change::fixed);
}

TEST(Compare, McNemarIsTheExactSignTest) {
  EXPECT_EQ(mcnemar_p_value(0, 0), 1.0);
  EXPECT_NEAR(mcnemar_p_value(1, 9), 22.0 / 1024, 1e-12);
  EXPECT_EQ(mcnemar_p_value(5, 5), 1.0);
}

TEST(Compare, TheDifferenceOfTwoProportionsIsNewcombes) {
  // Newcombe 1998, table II, (a) 56/70 - 48/80, method 10: 0.0524 to 0.3339.
  const Estimate found = independent_difference({0.8, wilson(56, 70), 70}, {0.6, wilson(48, 80), 80});
  EXPECT_NEAR(found.ci95.low, 0.0524, 5e-5);
  EXPECT_NEAR(found.ci95.high, 0.3339, 5e-5);
}

TEST(Compare, OtherSpacesAreNamed) {
  Findings before = report({}), now = report({});
  EXPECT_EQ(space_difference(before, now), "");
  now.unavailable = {{"precision=bf16", "unavailable"}};
  before.knobs = {{{"knob", "precision"}, {"values", {"bf16"}}}};
  EXPECT_EQ(space_difference(before, now), "") << "what one model could not run was asked of both";
  before.knobs = {{{"knob", "precision"}, {"values", {"bf16", "fp16"}}}};
  EXPECT_NE(space_difference(before, now), "");
  now = report({});
  now.transforms.erase(0);
  EXPECT_NE(space_difference(report({}), now), "");
  now = report({});
  before = report({});
  before.guide = "label";
  now.guide = "consistency";
  EXPECT_EQ(space_difference(before, now), "--oracle was label there and is consistency here");
}

TEST(Compare, AWeakerSearchIsSaid) {
  Findings before = report({}), now = report({});
  before.strategy = now.strategy = "genetic";
  before.evaluations = 20000;
  now.evaluations = 20000;
  EXPECT_EQ(effort_difference(before, now), "");
  now.evaluations = 640;
  EXPECT_EQ(effort_difference(before, now), "the search made 640 evaluations here and 20000 there");
  now.strategy = "grid";
  EXPECT_EQ(effort_difference(before, now), "the strategy was genetic there and is grid here");
}

}  // namespace
}  // namespace robustcheck::analysis
