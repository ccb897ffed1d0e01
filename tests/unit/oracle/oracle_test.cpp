#include "robustcheck/oracle/oracle.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "robustcheck/base/error.h"

namespace robustcheck::oracle {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Observation logits(std::vector<float> scores) { return make_observation(std::move(scores), OutputKind::logits); }

TEST(Observation, PredictsTheLowestIndexAmongTheLargest) { EXPECT_EQ(logits({1, 3, 3}).predicted, 1); }

TEST(Observation, IsASoftmaxInDouble) {
  const Observation observed = logits({1, 2, 0});
  const double sum = std::exp(1.0) + std::exp(2.0) + 1.0;
  EXPECT_NEAR(observed.probability(1), std::exp(2.0) / sum, 1e-12);
  EXPECT_NEAR(observed.margin(), (std::exp(2.0) - std::exp(1.0)) / sum, 1e-12);
  EXPECT_NEAR(logits({1000, 0}).probability(0), 1.0, 1e-12);
}

TEST(Observation, TakesProbabilitiesAndLogProbabilitiesAsTheyAre) {
  EXPECT_NEAR(make_observation({0.25F, 0.75F}, OutputKind::probs).probability(1), 0.75, 1e-7);
  EXPECT_NEAR(make_observation({std::log(0.25F), std::log(0.75F)}, OutputKind::log_probs).probability(1), 0.75, 1e-6);
  EXPECT_NEAR(make_observation({0.0F, 1.0F}, OutputKind::probs).probability(1), 1.0, 1e-12);
  EXPECT_TRUE(std::isfinite(make_observation({0.0F, 0.0F}, OutputKind::probs).probability(0)));
}

TEST(Observation, PredictsNothingFromScoresThatAreNoAnswer) {
  EXPECT_EQ(logits({1, kNan}).predicted, -1);
  EXPECT_EQ(logits({kInfinity, 0}).predicted, -1);
  EXPECT_EQ(logits({-kInfinity, -kInfinity}).predicted, -1);
  EXPECT_EQ(logits({-kInfinity, kNan}).predicted, -1);
  EXPECT_EQ(logits({}).margin(), 0.0);
}

TEST(Observation, TakesMinusInfinityForAScoreLikeAnyOther) {
  for (const OutputKind output : {OutputKind::logits, OutputKind::log_probs, OutputKind::probs}) {
    const Observation observed = make_observation({-kInfinity, 0.25F, 0.5F}, output);
    EXPECT_EQ(observed.predicted, 2);
    EXPECT_NEAR(observed.probability(0), 0.0, 1e-12);
    EXPECT_NEAR(observed.probability(1) + observed.probability(2), 1.0, 1e-12);
    EXPECT_EQ(observed.best_other_than(2), 1);
  }
  const Observation certain = logits({-kInfinity, 3});
  EXPECT_EQ(certain.margin(), 1.0);
  EXPECT_EQ(certain.best_other_than(1), 0);
}

TEST(LabelOracle, IsViolatedWhenThePredictionIsNotTheLabel) {
  const Oracle& oracle = find_oracle("label");
  const Verdict right = oracle.judge(logits({2, 0}), logits({2, 0}), 0);
  const Verdict wrong = oracle.judge(logits({2, 0}), logits({0, 2}), 0);
  EXPECT_FALSE(right.violated);
  EXPECT_TRUE(wrong.violated);
  EXPECT_NEAR(right.fitness, -wrong.fitness, 1e-12);
  EXPECT_LT(right.fitness, 0.0);
}

TEST(LabelOracle, CountsImagesThatTheReferencePredictsRight) {
  const Oracle& oracle = find_oracle("label");
  EXPECT_TRUE(oracle.eligible(logits({2, 0}), 0));
  EXPECT_FALSE(oracle.eligible(logits({0, 2}), 0));
  EXPECT_FALSE(oracle.eligible(logits({2, 0}), std::nullopt));
}

TEST(ConsistencyOracle, ComparesWithTheReferenceNotTheLabel) {
  const Oracle& oracle = find_oracle("consistency");
  EXPECT_FALSE(oracle.judge(logits({0, 2}), logits({0, 1}), 0).violated);
  EXPECT_TRUE(oracle.judge(logits({0, 2}), logits({2, 0}), 0).violated);
}

TEST(DivergenceOracle, ComparesWithTheReferenceConfigurationAndSaysSo) {
  const Oracle& oracle = find_oracle("divergence");
  EXPECT_TRUE(oracle.needs_reference_configuration);
  EXPECT_FALSE(oracle.judge(logits({0, 2}), logits({0, 1}), 0).violated);
  EXPECT_TRUE(oracle.judge(logits({0, 2}), logits({2, 0}), 1).violated);
}

TEST(NumericOracle, SeesScoresThatAreNoAnswer) {
  const Oracle& oracle = find_oracle("numeric");
  for (const auto& [first, second] : {std::pair(kNan, 0.0F), {0.0F, kInfinity}, {-kInfinity, -kInfinity}})
    EXPECT_TRUE(oracle.judge(logits({1, 0}), logits({first, second}), 0).violated) << first << ' ' << second;
  EXPECT_FALSE(oracle.judge(logits({1, 0}), logits({1, 0}), 0).violated);
  EXPECT_FALSE(oracle.judge(logits({1, 0}), logits({1, -kInfinity}), 0).violated);
  EXPECT_FALSE(oracle.eligible(logits({kNan, 0}), 0));
}

TEST(CrashOracle, SeesWhatTheModelDoesNotWhatIsMissing) {
  const Oracle& oracle = find_oracle("crash");
  for (const Status status : {Status::crash, Status::timeout, Status::out_of_memory, Status::model_error})
    EXPECT_TRUE(oracle.judge(logits({1, 0}), failed_observation(status, ""), 0).violated) << name(status);
  for (const Status status : {Status::unavailable, Status::image_error})
    EXPECT_FALSE(oracle.judge(logits({1, 0}), failed_observation(status, ""), 0).violated) << name(status);
  EXPECT_FALSE(oracle.judge(failed_observation(Status::crash, ""), failed_observation(Status::crash, ""), 0).violated);
}

/// One property over every oracle, entries not yet written included.
class OracleContract : public testing::TestWithParam<Oracle> {};

TEST_P(OracleContract, HasFitnessInRangeAndPositiveOnlyNearViolation) {
  const std::vector<Observation> observations = {logits({3, 0, 1}),          logits({0, 3, 1}),
                                                 logits({kNan, 0, 0}),       logits({1, 1, 1}),
                                                 logits({-kInfinity, 2, 0}), failed_observation(Status::crash, "")};
  for (const Observation& reference : observations)
    for (const Observation& observed : observations) {
      const Verdict verdict = GetParam().judge(reference, observed, 0);
      EXPECT_GE(verdict.fitness, -1.0);
      EXPECT_LE(verdict.fitness, 1.0);
      EXPECT_TRUE(!verdict.violated || verdict.fitness >= 0.0);
    }
}

TEST_P(OracleContract, IsViolatedByNoAnswerUnlessItIsCrash) {
  if (GetParam().name == "crash") return;
  const Verdict verdict = GetParam().judge(logits({3, 0, 1}), logits({kNan, 0, 0}), 0);
  EXPECT_TRUE(verdict.violated);
  EXPECT_EQ(verdict.fitness, 1.0);
}

TEST_P(OracleContract, LeavesAnImageWithoutOutputToCrash) {
  if (GetParam().name == "crash") return;
  const Verdict verdict = GetParam().judge(logits({3, 0, 1}), failed_observation(Status::timeout, ""), 0);
  EXPECT_FALSE(verdict.violated);
  EXPECT_EQ(verdict.fitness, -1.0);
}

INSTANTIATE_TEST_SUITE_P(All, OracleContract, testing::ValuesIn(all_oracles()),
                         [](const auto& entry) { return entry.param.name; });

TEST(Oracles, AreFoundByNameWithAProposal) {
  try {
    find_oracle("lable");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "unknown oracle 'lable'; did you mean 'label'? (robustcheck list oracles)");
  }
}

}  // namespace
}  // namespace robustcheck::oracle
