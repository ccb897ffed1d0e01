/// Which candidates are above the limit, and what may explain another one.
#include <gtest/gtest.h>

#include "fake_world.h"
#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace {

World nothing_fails() {
  return World([](const Variance&, double) { return false; });
}

TEST(ScreenPhase, AsksNothingWhereTheAnswerIsCertain) {
  World world = nothing_fails();
  const ScreenOutcome outcome = world.screen({world.candidate(rotated(40), 4),        // more than 3 of any 64
                                              world.candidate(rotated(30), 1),        // 3 %: not above it anywhere
                                              world.candidate(rotated(20), 4, 64),    // 6.25 %
                                              world.candidate(rotated(15), 3, 64)});  // 4.7 %
  EXPECT_EQ(outcome.above.size(), 2U);
  EXPECT_EQ(outcome.candidates(), 2U);
  EXPECT_EQ(outcome.evaluations, 0U);
}

TEST(ScreenPhase, BringsAWeakOneTo64Images) {
  World world = nothing_fails();
  const ScreenOutcome chance = world.screen({world.candidate(rotated(40), 2)});
  EXPECT_TRUE(chance.above.empty());
  EXPECT_EQ(chance.not_reproduced, 1U);
  EXPECT_EQ(chance.candidates(), 1U);
  World failing([](const Variance&, double u) { return u < 0.2; });
  const ScreenOutcome real = failing.screen({failing.candidate(rotated(40), 2)});
  ASSERT_EQ(real.above.size(), 1U);
  EXPECT_EQ(real.above[0].images, 64U);
  EXPECT_EQ(real.above[0].seen.size(), 64U);
  EXPECT_EQ(real.evaluations, failing.evaluator.evaluations);
}

TEST(ScreenPhase, CallsUnpaidWhatTheAllowanceDoesNotReach) {
  World world = nothing_fails();
  const ScreenOutcome outcome = world.screen({world.candidate(rotated(40), 2), world.candidate(rotated(30), 2)}, 140);
  EXPECT_EQ(outcome.unpaid.size(), 1U);
  EXPECT_EQ(outcome.candidates(), 2U);
  EXPECT_LE(outcome.evaluations, 140U);
}

TEST(ScreenPhase, AnyCrashIsAboveTheLimit) {
  World world = nothing_fails();
  search::Candidate crash = world.candidate(rotated(40), 1);
  crash.oracle = "crash";
  EXPECT_EQ(world.screen({crash}).above.size(), 1U);
}

TEST(ScreenPhase, AnInterruptLosesNoCandidate) {
  World world([](const Variance&, double) -> bool { throw Error(ErrorKind::interrupted, "interrupted"); });
  const ScreenOutcome outcome = world.screen(
      {world.candidate(rotated(40), 16), world.candidate(rotated(30), 2), world.candidate(rotated(20), 2)});
  EXPECT_TRUE(outcome.stopped);
  EXPECT_EQ(outcome.above.size(), 1U);
  EXPECT_EQ(outcome.unpaid.size(), 2U);
}

Finalist found(World& world, const Variance& variance, std::uint64_t failures) {
  return {world.candidate(variance, failures), false, false, 0, {}, 0.0};
}

TEST(Explains, NeedsAllGenesAndNearlyTheRate) {
  World world = nothing_fails();
  const Finalist rotate = found(world, rotated(40), 16);
  EXPECT_TRUE(explains(rotate, found(world, rotated(20, true), 16)));
  EXPECT_TRUE(explains(rotate, found(world, rotated(20, true), 19)));
  EXPECT_FALSE(explains(rotate, found(world, rotated(20, true), 20)));  // 1.25 times
  EXPECT_FALSE(explains(found(world, rotated(20, true), 16), rotate));
}

TEST(Explains, ComparesOnCommonImagesOnly) {
  World world = nothing_fails();
  const Finalist rotate = found(world, rotated(40), 16);
  Finalist elsewhere = found(world, rotated(20, true), 16);
  for (search::Seen& seen : elsewhere.seen) seen.image += 100;
  EXPECT_FALSE(explains(rotate, elsewhere));
}

TEST(Explains, LeavesAnInteractionBeyondItUnexplained) {
  World world = nothing_fails();
  Finalist interacting = found(world, rotated(20, true), 16);
  interacting.interaction = 0.2;
  EXPECT_FALSE(explains(found(world, rotated(40), 16), interacting));
}

}  // namespace
}  // namespace robustcheck::app
