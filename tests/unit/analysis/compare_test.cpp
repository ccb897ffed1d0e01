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

Change only_change(const Findings& before, const Findings& now) { return compare(before, now).at(0).change; }

/// `images` tested from image `first` on; the first `failures` of them violate.
std::string outcomes(std::size_t first, std::size_t images, std::size_t failures) {
  return std::string(first, '.') + std::string(failures, '1') + std::string(images - failures, '0');
}

TEST(Compare, TellsNewWorseBetterAndSameBySignature) {
  EXPECT_EQ(only_change(report({}), report({finding("rotate", 40)})), Change::added);
  EXPECT_EQ(only_change(report({finding("rotate", 40)}), report({finding("rotate", 80)})), Change::worse);
  EXPECT_EQ(only_change(report({finding("rotate", 80)}), report({finding("rotate", 40)})), Change::better);
  EXPECT_EQ(only_change(report({finding("rotate", 40)}), report({finding("rotate", 45)})), Change::same);
}

TEST(Compare, FixedIsWhatWasSearchedAgainAndGoneWhatWasNot) {
  EXPECT_EQ(only_change(report({finding("rotate", 40)}), report({})), Change::fixed);
  EXPECT_EQ(only_change(report({finding("snow", 40)}), report({})), Change::gone);
}

TEST(Compare, AnswersOnSharedImagesWhereTheReportsNameThem) {
  Finding before = finding("rotate", 40), now = finding("rotate", 52);
  EXPECT_EQ(compare(report({before}), report({now})).at(0).test, "Fisher, by counts");
  EXPECT_EQ(only_change(report({before}), report({now})), Change::same);
  before.outcomes = outcomes(0, 400, 40);
  now.outcomes = outcomes(0, 400, 52);
  const Compared row = compare(report({before}), report({now})).at(0);
  EXPECT_EQ(row.test, "McNemar, 400 shared images");
  EXPECT_EQ(row.change, Change::worse) << "12 images fail now and did not before, none the other way round";
  EXPECT_NEAR(row.p_value, 2.0 / 4096, 1e-12);
}

TEST(Compare, UnsharedImagesAreComparedByCounts) {
  Finding before = finding("rotate", 40), now = finding("rotate", 52);
  before.outcomes = outcomes(0, 400, 40);
  now.outcomes = outcomes(400, 400, 52);
  EXPECT_EQ(compare(report({before}), report({now})).at(0).test, "Fisher, by counts");
}

TEST(Compare, IndicesOfOtherImagesAreNotShared) {
  Findings before = report({finding("rotate", 40)}), now = report({finding("rotate", 52)});
  before.counterexamples[0].outcomes = outcomes(0, 400, 40);
  now.counterexamples[0].outcomes = outcomes(0, 400, 52);
  now.dataset_sha256 = "other";
  EXPECT_EQ(compare(before, now).at(0).test, "Fisher, by counts");
}

TEST(Compare, ShowsTheWorstNewsFirst) {
  const auto rows = compare(report({finding("fog", 80), finding("rotate", 40)}), report({finding("rotate", 80)}));
  EXPECT_EQ(rows.at(0).change, Change::worse);
  EXPECT_EQ(rows.at(1).change, Change::fixed);
}

TEST(Compare, FisherIsTheTextbooks) {
  // Fisher's tea taster, 3 of 4 right: 34/70; scipy.stats.fisher_exact([[8, 2], [1, 5]]): 0.03496503496503495.
  EXPECT_NEAR(fisher_p_value(3, 4, 1, 4), 34.0 / 70, 1e-12);
  EXPECT_NEAR(fisher_p_value(8, 10, 1, 6), 0.03496503496503495, 1e-12);
  EXPECT_EQ(fisher_p_value(0, 10, 0, 10), 1.0);
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
}

}  // namespace
}  // namespace robustcheck::analysis
