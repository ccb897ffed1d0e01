#include "robustcheck/app/validity_gate.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace robustcheck::app {
namespace {

using space::Trial;
using space::Variance;

/// A picture is spoilt as far as it is blurred: SSIM 1 - sigma / 8.
class ValidityGateTest : public testing::Test {
 protected:
  ValidityGate gate(const space::Validity& rule = {.ssim = 0.5}) {
    return {rule, {0, 1, 2, 3}, [this](std::span<const Trial> trials) {
              eval::Measured measured;
              for (const Trial& trial : trials) {
                double sigma = 0.0;
                for (const space::Step& step : trial.variance.data)
                  if (step.transform == "gaussian_blur") sigma = step.values[0];
                measured.emplace_back(trial.images.size(), space::Distances{1.0 - sigma / 8.0, 1.0, 1.0, 0.1});
                pictures_ += trial.images.size();
              }
              return measured;
            }};
  }
  std::size_t pictures_ = 0;
};

Trial blurred(double sigma) { return {Variance{{{"gaussian_blur", {sigma}}}, {{"precision", "bf16"}}}, {7, 8}}; }

TEST_F(ValidityGateTest, LeavesWhatIsValid) {
  ValidityGate subject = gate();
  std::vector<Trial> trials = {blurred(3)};
  EXPECT_EQ(subject.admit(trials), std::vector<bool>{true});
  EXPECT_EQ(trials[0].variance, blurred(3).variance);
  EXPECT_EQ(subject.repaired(), 0U);
}

TEST_F(ValidityGateTest, PullsWhatIsInvalidTowardsNeutral) {
  ValidityGate subject = gate();
  std::vector<Trial> trials = {blurred(3), blurred(7)};
  EXPECT_EQ(subject.admit(trials), (std::vector<bool>{true, true}));
  EXPECT_EQ(trials[1].variance.data[0].values[0], 3.5) << "three quarters are still too much";
  EXPECT_EQ(trials[1].variance.config.size(), 1U) << "the configuration stays";
  EXPECT_EQ(subject.repaired(), 1U);
  EXPECT_EQ(subject.rejected(), 0U);
}

TEST_F(ValidityGateTest, RejectsWhatStaysInvalid) {
  ValidityGate subject = gate({.l0 = 0.0, .linf = 0.0, .ssim = 0.95});
  std::vector<Trial> trials = {blurred(8), blurred(0.2)};
  EXPECT_EQ(subject.admit(trials), (std::vector<bool>{false, true}));
  EXPECT_EQ(subject.rejected(), 1U);
}

TEST_F(ValidityGateTest, MeasuresADataPartOnce) {
  ValidityGate subject = gate();
  std::vector<Trial> trials = {blurred(1), blurred(1)};
  subject.admit(trials);
  subject.admit(trials);
  EXPECT_EQ(pictures_, 4U);
}

TEST_F(ValidityGateTest, IsSilentWhenTheRuleIsOff) {
  ValidityGate subject = gate({.enabled = false});
  std::vector<Trial> trials = {blurred(8)};
  EXPECT_EQ(subject.admit(trials), std::vector<bool>{true});
  EXPECT_EQ(subject.invalid(blurred(8).variance, {1, 2}), (std::vector<std::uint8_t>{0, 0}));
  EXPECT_EQ(pictures_, 0U);
}

TEST_F(ValidityGateTest, JudgesEveryImageOfAReportedRate) {
  ValidityGate subject = gate();
  EXPECT_EQ(subject.invalid(blurred(8).variance, {1, 2}), (std::vector<std::uint8_t>{1, 1}));
  EXPECT_EQ(subject.invalid(blurred(1).variance, {1, 2}), (std::vector<std::uint8_t>{0, 0}));
}

TEST_F(ValidityGateTest, AllowsOneStrongTurn) {
  ValidityGate subject = gate();
  std::vector<Trial> trials = {{Variance{{{"rotate", {45}}, {"translate", {0.25, 0}}}, {}}, {7}}};
  EXPECT_EQ(subject.admit(trials), std::vector<bool>{true});
  EXPECT_EQ(trials[0].variance.data[0].values[0] == 45 ? trials[0].variance.data[1].values[0] : 0, 0.125);
  EXPECT_EQ(subject.repaired(), 1U);
}

}  // namespace
}  // namespace robustcheck::app
