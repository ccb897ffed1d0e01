#include "robustcheck/app/case_state.h"

#include <gtest/gtest.h>

#include <limits>

namespace robustcheck::app {
namespace {

using oracle::Observation;
using oracle::Status;

const std::vector<std::string> kOracles = {"label", "consistency", "divergence", "numeric", "crash"};

Observation output(float first, float second) { return oracle::make_observation({first, second}, OutputKind::logits); }
Observation nan_output() { return output(std::numeric_limits<float>::quiet_NaN(), 0.0F); }

/// A case of class 0 that was seen as class 1.
Case stored(const std::string& oracle) {
  Case one;
  one.oracle = oracle;
  one.image.label = 0;
  one.observed = output(0.0F, 1.0F);
  return one;
}

CaseState state(const std::string& oracle, const Observation& reference, const Observation& observed) {
  return judge_case(stored(oracle), reference, observed).state;
}

TEST(CaseState, WithAnOutputACaseIsTheSameOrFailsOrIsFixed) {
  for (const char* oracle : {"label", "consistency", "divergence"}) {
    EXPECT_EQ(state(oracle, output(2, 1), output(0, 1)), CaseState::same);
    EXPECT_EQ(state(oracle, output(2, 1), output(0, 2)), CaseState::fails);
    EXPECT_EQ(state(oracle, output(2, 1), output(3, 1)), CaseState::fixed);
  }
  EXPECT_EQ(state("numeric", output(2, 1), nan_output()), CaseState::fails);
  EXPECT_EQ(state("crash", output(2, 1), output(3, 1)), CaseState::fixed);
}

TEST(CaseState, WithoutAnOutputOnlyACrashFails) {
  for (const Status status : {Status::model_error, Status::crash, Status::timeout, Status::out_of_memory})
    for (const std::string& oracle : kOracles)
      EXPECT_EQ(state(oracle, output(2, 1), oracle::failed_observation(status, "why")),
                oracle == "crash" ? CaseState::fails : CaseState::not_run)
          << oracle << ' ' << oracle::name(status);
}

TEST(CaseState, AValueThatIsUnavailableAndAnImageThatCannotBeReadAreNotRun) {
  for (const Status status : {Status::unavailable, Status::image_error})
    for (const std::string& oracle : kOracles) {
      const CaseResult result =
          judge_case(stored(oracle), output(2, 1), oracle::failed_observation(status, "no\nCUDA"));
      EXPECT_EQ(result.state, CaseState::not_run) << oracle;
      EXPECT_FALSE(result.failing());
      EXPECT_EQ(result.reason, "no output: " + oracle::name(status) + ": no CUDA") << "one line";
    }
}

TEST(CaseState, WithoutAnOutputAtTheReferenceNothingIsFixed) {
  for (const Status status : {Status::model_error, Status::crash, Status::timeout, Status::unavailable})
    for (const std::string& oracle : kOracles) {
      const Observation none = oracle::failed_observation(status, "why");
      EXPECT_EQ(state(oracle, none, output(3, 1)), CaseState::not_run) << oracle;
      EXPECT_EQ(state(oracle, none, none), CaseState::not_run) << oracle;
    }
  for (const std::string& oracle : kOracles)
    EXPECT_EQ(state(oracle, nan_output(), output(3, 1)), CaseState::not_run) << oracle;
}

TEST(CaseState, ACrashAsStoredIsTheSame) {
  Case one = stored("crash");
  one.observed = oracle::failed_observation(Status::timeout, "");
  const Observation timeout = oracle::failed_observation(Status::timeout, "60 s");
  EXPECT_EQ(judge_case(one, output(2, 1), timeout).state, CaseState::same);
  EXPECT_EQ(judge_case(one, output(2, 1), oracle::failed_observation(Status::crash, "")).state, CaseState::fails);
}

}  // namespace
}  // namespace robustcheck::app
