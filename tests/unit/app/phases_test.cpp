/// The phases after the search on a made-up model whose failures are known.
#include <gtest/gtest.h>

#include "fake_world.h"

namespace robustcheck::app {
namespace {

TEST(MinimizePhase, DropsGenesThatDoNothingAndSoftensTheRest) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40, true, true), 16)});
  ASSERT_EQ(outcome.minimised.size(), 1U);
  EXPECT_EQ(outcome.minimised[0].signature, "label:rotate");
  EXPECT_TRUE(outcome.minimised[0].minimal);
  EXPECT_GT(degrees(outcome.minimised[0].variance), 20.0);
  EXPECT_LT(degrees(outcome.minimised[0].variance), 22.3);  // a tenth of the distance to neutral
}

TEST(MinimizePhase, KeepsWhatNeedsBothSides) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) && u < 0.4; });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40, true, true), 13)});
  ASSERT_EQ(outcome.minimised.size(), 1U);
  EXPECT_EQ(outcome.minimised[0].signature, "label:rotate|precision=bf16");
}

/// Two knobs that do nothing: gone in one test, and not at all where one of them is what fails.
TEST(MinimizePhase, TriesIdleKnobsAwayTogether) {
  Variance crowded = rotated(40, true);
  crowded.config["onednn"] = "off";
  crowded.config["memory_format"] = "channels_last";
  const std::vector<search::KnobEffect> idle = {{"onednn", "off", 0.001}, {"memory_format", "channels_last", 0.001}};
  const auto breaks = [](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) && u < 0.4; };
  World slow(breaks), fast(breaks);
  const MinimizeOutcome one_by_one = slow.minimize({slow.candidate(crowded, 13)});
  const MinimizeOutcome together = fast.minimize({fast.candidate(crowded, 13)}, 100000, 20, idle);
  EXPECT_EQ(together.minimised.at(0).variance, one_by_one.minimised.at(0).variance);
  EXPECT_LT(together.evaluations, one_by_one.evaluations);
  World needed([](const Variance& v, double u) { return v.config.contains("onednn") && u < 0.4; });
  EXPECT_EQ(needed.minimize({needed.candidate(crowded, 13)}, 100000, 20, idle).minimised.at(0).signature,
            "label:|onednn=off");
}

TEST(MinimizePhase, SkipsWhatASmallerVarianceExplains) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  const MinimizeOutcome outcome =
      world.minimize({world.candidate(rotated(40), 16), world.candidate(rotated(40, false, true), 16)});
  EXPECT_EQ(outcome.minimised.size(), 1U);
  EXPECT_EQ(outcome.not_minimised, 0U);
}

TEST(MinimizePhase, StaysWithinItsAllowanceAndSaysSo) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40, true, true), 16)}, 200, 1);
  EXPECT_LE(outcome.evaluations, 200U);
  EXPECT_EQ(outcome.evaluations, world.evaluator.evaluations);
  ASSERT_EQ(outcome.minimised.size(), 1U);
  EXPECT_FALSE(outcome.minimised[0].minimal);
}

TEST(MinimizePhase, LeavesWhatDoesNotFailOnItsImagesAsItWasFound) {
  World world([](const Variance&, double) { return false; });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40), 16)});
  EXPECT_TRUE(outcome.minimised.empty());
  EXPECT_EQ(outcome.not_minimised, 1U);
}

/// Every strength below 30 degrees fails on 4 of 100 images: 80 % of a weak failure, but below the limit.
TEST(MinimizePhase, StaysAboveTheLimit) {
  World world([](const Variance& v, double u) { return u < (degrees(v) >= 30 ? 0.06 : degrees(v) > 5 ? 0.045 : 0.0); });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40), 2)});
  for (const Finalist& one : outcome.minimised) EXPECT_GE(degrees(one.variance), 30.0);
}

TEST(ConfirmPhase, KeepsOnlyWhatIsAboveTheLimit) {
  World world([](const Variance& v, double u) { return u < (v.data.front().transform == "rotate" ? 0.3 : 0.04); });
  const ConfirmOutcome outcome =
      world.confirm({world.finalist(rotated(40)), world.finalist({{{"jpeg", {50}}}, {}, 0})});
  ASSERT_EQ(outcome.confirmed.size(), 1U);
  EXPECT_EQ(outcome.others.size(), 1U);
  EXPECT_NEAR(outcome.confirmed[0].found.failure_rate(), 0.3, 0.02);
  EXPECT_EQ(outcome.confirmed[0].found.images, 200U);
}

TEST(ConfirmPhase, MeasuresWhatOnlyTheCombinationBreaks) {
  World world(
      [](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) ? u < 0.4 : degrees(v) > 10 && u < 0.1; });
  const ConfirmOutcome outcome = world.confirm({world.finalist(rotated(40, true))});
  ASSERT_EQ(outcome.confirmed.size(), 1U);
  ASSERT_TRUE(outcome.confirmed[0].found.attribution.has_value());
  EXPECT_NEAR(outcome.confirmed[0].found.attribution->interaction.value, 0.3, 0.03);
  EXPECT_TRUE(outcome.confirmed[0].found.attribution->interacts());
}

TEST(ConfirmPhase, TakesFewerImagesBeforeFewerCandidates) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && u < 0.4; });
  const std::vector<Finalist> finalists = {world.finalist(rotated(40)), world.finalist(rotated(30)),
                                           world.finalist(rotated(20))};
  EXPECT_EQ(world.confirm(finalists, 360).images.size(), 120U);
  const ConfirmOutcome tight = world.confirm(finalists, 200);
  EXPECT_EQ(tight.images.size(), 100U);
  EXPECT_EQ(tight.confirmed.size(), 2U);
  EXPECT_EQ(tight.decision.fates.back(), analysis::Fate::not_tested);
  EXPECT_TRUE(world.confirm(finalists, 99).images.empty());
}

TEST(ConfirmPhase, CountsAnImageAsRobustOnlyIfItSurvivesAll) {
  World world([](const Variance& v, double u) { return degrees(v) > 30 ? u < 0.3 : u > 0.8; });
  const ConfirmOutcome outcome = world.confirm({world.finalist(rotated(40)), world.finalist(rotated(20))});
  const Bench judge = world.bench();
  const auto robust = robust_accuracy(outcome, world.session.dataset, judge, 0);
  ASSERT_TRUE(robust.has_value());
  EXPECT_NEAR(robust->value, 0.51, 0.03);
  EXPECT_EQ(robust->images, 200U);
}

TEST(ConfirmPhase, DoesNotCountFailuresOnPicturesThatShowSomethingElse) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && u < 0.4; });
  world.measure = every_other_spoilt;
  const ConfirmOutcome outcome = world.confirm({world.finalist(rotated(40))});
  ASSERT_EQ(outcome.confirmed.size(), 1U);
  const report::Counterexample& found = outcome.confirmed[0].found;
  EXPECT_GT(found.invalid_pictures, 0U);
  EXPECT_NEAR(found.failure_rate(), 0.2, 0.05);
  for (const ImageIndex image : outcome.confirmed[0].violating) EXPECT_EQ(image % 2, 0U);
}

}  // namespace
}  // namespace robustcheck::app
