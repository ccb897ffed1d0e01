/// Every way that a candidate can leave the archive by, on a made-up model whose failures are known: what the report
/// says of it, and that the sums agree.
#include <gtest/gtest.h>

#include "fake_world.h"
#include "robustcheck/app/accounts.h"
#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace {

Variance jpeg() { return {{{"jpeg", {50}}}, {}, 0}; }

struct Out {
  ScreenOutcome screened;
  MinimizeOutcome minimised;
  ConfirmOutcome confirmed;
  Accounts accounts;
  std::vector<report::Kind> kinds;
  report::Confirmation confirmation;

  std::string status(const std::string& signature) const {
    for (const Confirmed& one : confirmed.confirmed)
      if (one.found.signature == signature) return "counterexample";
    std::string status;
    for (const report::Kind& kind : kinds)
      if (kind.signature == signature) status = kind.status;
    return status;
  }
};

struct Allowances {
  std::uint64_t screen = 100000, minimise = 100000, confirm = 100000;
};

Out run(World& world, const std::vector<search::Candidate>& candidates, const Allowances& allowances = {},
        const Strictness& strictness = {}) {
  Out out;
  out.screened = world.screen(candidates, allowances.screen);
  out.minimised = world.minimize(out.screened.above, allowances.minimise);
  out.confirmed = world.confirm(all_finalists(out.screened.above, out.minimised.minimised, out.minimised.interactions),
                                allowances.confirm, strictness);
  out.accounts = account(out.screened, out.confirmed);
  out.kinds = kinds_of(out.screened, out.confirmed, world.catalogue);
  out.confirmation = confirmation_of(out.confirmed, 0.05, 200, out.confirmed.stopped);
  const Accounts& sums = out.accounts;
  EXPECT_EQ(sums.candidates,
            sums.confirmed + sums.unconfirmed + sums.explained + sums.merged + sums.not_reproduced + sums.not_tested);
  return out;
}

World breaking_rotations() {
  return World([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
}

TEST(WaysOut, MinimisedAndConfirmed) {
  World world = breaking_rotations();
  const Out out = run(world, {world.candidate(rotated(40, true), 16)});
  EXPECT_EQ(out.status("label:rotate"), "counterexample");
  EXPECT_EQ(out.accounts.confirmed, 1U);
  EXPECT_EQ(out.status("label:rotate|precision=bf16"), "explained");
}

TEST(WaysOut, NotMinimisedIsConfirmedAsItIs) {
  World world = breaking_rotations();
  const Out out = run(world, {world.candidate(rotated(40, true), 16)}, {.minimise = 0});
  ASSERT_EQ(out.confirmed.confirmed.size(), 1U);
  EXPECT_FALSE(out.confirmed.confirmed[0].found.minimal);
  EXPECT_EQ(out.status("label:rotate|precision=bf16"), "counterexample");
}

TEST(WaysOut, ExplainedByAConfirmedOne) {
  World world = breaking_rotations();
  const Out out = run(world, {world.candidate(rotated(40), 16), world.candidate(rotated(40, false, true), 16)});
  EXPECT_EQ(out.status("label:jpeg+rotate"), "explained");
  EXPECT_EQ(out.accounts.explained, 1U);
}

/// The smaller one fails on the search half alone (images 0 to 31): it explains nothing.
TEST(WaysOut, WhatAnUnconfirmedOneWouldExplainIsTested) {
  World world([](const Variance& v, double u) { return v.data.size() == 2 && u < 0.5; });
  const Out out =
      run(world, {world.candidate(rotated(40), 16), world.candidate(rotated(40, false, true), 16)}, {.minimise = 0});
  EXPECT_EQ(out.status("label:rotate"), "unconfirmed");
  EXPECT_EQ(out.status("label:jpeg+rotate"), "counterexample");
}

/// Minimising halves the angle; on unseen images only the whole of it fails.
TEST(WaysOut, ACandidateIsTestedWhereItsMinimisedFormIsNotConfirmed) {
  World world([](const Variance& v, double) { return degrees(v) > 39; });
  Finalist half = {world.candidate(rotated(20), 16), true, true, 0, {}, 0.0};
  const std::vector<search::Candidate> above = {world.candidate(rotated(40), 16)};
  ScreenOutcome screened;
  screened.above = above;
  const ConfirmOutcome outcome = world.confirm(all_finalists(above, {half}, {}));
  ASSERT_EQ(outcome.confirmed.size(), 1U);
  EXPECT_EQ(degrees(outcome.confirmed[0].found.variance), 40.0);
  EXPECT_EQ(account(screened, outcome).confirmed, 1U);
}

TEST(WaysOut, MergedWithAMilderOneOfTheSameSignature) {
  World world = breaking_rotations();
  search::Candidate other = world.candidate(rotated(44, false, true), 16);
  other.variance.data.back().values = {20};
  for (search::Seen& seen : other.seen) seen.image += 100;  // nothing in common: minimised by itself
  const Out out = run(world, {world.candidate(rotated(40, true), 16), other});
  EXPECT_EQ(out.accounts.confirmed, 1U);
  EXPECT_EQ(out.accounts.merged, 1U);
}

/// A candidate that another one is minimised to needs no test of its own.
TEST(WaysOut, TheSameAsAMinimisedForm) {
  World world = breaking_rotations();
  const std::vector<search::Candidate> above = {world.candidate(rotated(40, true), 16),
                                                world.candidate(rotated(40), 16)};
  const Finalist reduced = {world.candidate(rotated(40), 16), true, true, 0, {}, 0.0};
  ScreenOutcome screened;
  screened.above = above;
  const Accounts accounts = account(screened, world.confirm(all_finalists(above, {reduced}, {})));
  EXPECT_EQ(accounts.confirmed, 1U);
  EXPECT_EQ(accounts.merged, 1U);
  EXPECT_EQ(accounts.not_tested, 0U);
}

TEST(WaysOut, Unconfirmed) {
  World world([](const Variance&, double u) { return u < 0.03; });
  const Out out = run(world, {world.candidate(jpeg(), 16)});
  EXPECT_EQ(out.status("label:jpeg"), "unconfirmed");
  EXPECT_EQ(out.accounts.unconfirmed, 1U);
  EXPECT_EQ(out.confirmation.tests, 1U);
  EXPECT_EQ(out.confirmation.images, 100U);  // enough for what failed on half of the search images
  ASSERT_TRUE(out.confirmation.detectable_rate.has_value());
}

TEST(WaysOut, NotReproduced) {
  World world([](const Variance&, double) { return false; });
  const Out out = run(world, {world.candidate(jpeg(), 2)});
  EXPECT_EQ(out.accounts.not_reproduced, 1U);
  EXPECT_EQ(out.confirmation.tests, 0U);
}

TEST(WaysOut, InvalidPicturesDoNotFail) {
  World world = breaking_rotations();
  world.measure = [](std::span<const space::Trial> trials) {
    eval::Measured measured;
    for (const space::Trial& trial : trials)
      measured.emplace_back(trial.images.size(), space::Distances{0.0, 1.0, 1.0, 0.5});
    return measured;
  };
  const Out out = run(world, {world.candidate(rotated(40), 16)}, {.minimise = 0});
  EXPECT_EQ(out.status("label:rotate"), "unconfirmed");
}

TEST(WaysOut, ACrashThatRepeatsIsOneAndOneThatDoesNotIsUnconfirmed) {
  World world = breaking_rotations();
  search::Candidate crash = world.candidate(rotated(40), 1);
  crash.oracle = "crash";
  crash.signature = "crash:rotate";
  const Out out = run(world, {crash}, {.minimise = 0});
  EXPECT_EQ(out.status("crash:rotate"), "unconfirmed");
  EXPECT_EQ(out.confirmation.tests, 0U);
}

/// The strongest first; what is left over is named, and how many evaluations would do.
TEST(WaysOut, NotTestedWhereTheAllowanceEnds) {
  for (const std::uint64_t allowance : {0U, 300U, 1000U, 3000U}) {
    World world([](const Variance&, double u) { return u < 0.5; });
    std::vector<search::Candidate> candidates;
    for (const char* transform : {"rotate", "jpeg", "gaussian_blur", "pixelate", "posterize"}) {
      const space::TransformInfo& info = world.catalogue.transform(transform, "test");
      space::Step step{transform, {}};
      for (const space::Parameter& parameter : info.parameters) step.values.push_back(parameter.low);
      candidates.push_back(world.candidate({{step}, {}, 0}, 16));
    }
    const Out out = run(world, candidates, {.screen = 0, .minimise = 0, .confirm = allowance});
    const std::uint64_t tested = std::min<std::uint64_t>(allowance / 100, 5);
    EXPECT_EQ(out.accounts.confirmed, tested) << allowance;
    EXPECT_EQ(out.accounts.not_tested, 5 - tested) << allowance;
    EXPECT_EQ(out.accounts.evaluations_missing, 100 * (5 - tested)) << allowance;
    EXPECT_EQ(out.kinds.size() + out.confirmed.confirmed.size(), 5U);
  }
}

TEST(WaysOut, UnderAPolicyNothingThatCouldBreakARuleIsExplainedAway) {
  World world = breaking_rotations();
  const std::vector<search::Candidate> candidates = {world.candidate(rotated(40), 16),
                                                     world.candidate(rotated(40, false, true), 16)};
  const Strictness breaks{[](const Finalist&) { return true; }, [](const std::string&) { return false; }};
  EXPECT_EQ(run(world, candidates, {}, breaks).status("label:jpeg+rotate"), "counterexample");
  const Strictness allows{[](const Finalist&) { return false; },
                          [](const std::string& signature) { return signature == "label:rotate"; }};
  EXPECT_EQ(run(world, candidates, {}, allows).status("label:jpeg+rotate"), "counterexample");
}

/// An interrupt after so many evaluations, wherever that is.
TEST(WaysOut, AnInterruptKeepsTheSums) {
  for (const std::uint64_t last : {0U, 40U, 200U, 700U, 900U, 1500U}) {
    World world([](const Variance&, double) { return false; });
    std::uint64_t asked = 0;
    world.evaluator = FakeEvaluator([&](const Variance& v, double u) {
      if (++asked > last) throw Error(ErrorKind::interrupted, "interrupted");
      return degrees(v) > 20 && u < 0.5;
    });
    const Out out = run(world, {world.candidate(rotated(40, true), 16), world.candidate(rotated(44, false, true), 16),
                                world.candidate(jpeg(), 2)});
    EXPECT_EQ(out.accounts.candidates, 3U) << last;
    EXPECT_EQ(out.kinds.empty(), false) << last;
    for (const Confirmed& one : out.confirmed.confirmed)
      EXPECT_LE(one.found.p_value, analysis::stopped_level(one.found.test, 0.05)) << last;
  }
}

}  // namespace
}  // namespace robustcheck::app
