/// The phases after the search on a made-up model whose failures are known.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/minimize_phase.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;
using space::Variance;

constexpr std::size_t kImages = 400;

double degrees(const Variance& variance) {
  for (const space::Step& step : variance.data)
    if (step.transform == "rotate") return std::abs(step.values.front());
  return 0.0;
}
bool bf16(const Variance& variance) { return variance.config.contains("precision"); }

/// Image i fails when `fails(variance, i / kImages)` says so.
class FakeEvaluator : public eval::Evaluator {
 public:
  using Rule = std::function<bool(const Variance&, double)>;
  explicit FakeEvaluator(Rule rule) : rule_(std::move(rule)) {}
  std::vector<std::vector<Observation>> observe(std::span<const space::Trial> trials) override {
    std::vector<std::vector<Observation>> rows;
    for (const space::Trial& trial : trials) {
      rows.emplace_back();
      for (const ImageIndex image : trial.images) {
        const bool fails = rule_(trial.variance, static_cast<double>(image % 100) / 100.0);
        rows.back().push_back(
            oracle::make_observation(fails ? std::vector<float>{0, 2} : std::vector<float>{2, 0}, OutputKind::logits));
      }
      evaluations += trial.images.size();
    }
    return rows;
  }
  std::uint64_t evaluations = 0;

 private:
  Rule rule_;
};

struct World {
  explicit World(FakeEvaluator::Rule rule) : evaluator(std::move(rule)) {
    for (ImageIndex i = 0; i < kImages; ++i) {
      session.dataset.images.push_back({"/x", std::to_string(i), sha256_hex(std::to_string(i)), Label{0}});
      reference.push_back(oracle::make_observation({2, 0}, OutputKind::logits));
      images.push_back({i, Label{0}, 0.5 + static_cast<double>(i % 100) / 1000.0});
    }
    session.dataset.labelled = true;
  }
  Bench bench() { return {evaluator, session.dataset, reference, oracle::find_oracle("label")}; }

  MinimizeOutcome minimize(const std::vector<search::Candidate>& candidates, std::uint64_t allowance = 100000,
                           std::size_t most = 20) {
    Bench judge = bench();
    return minimize_phase(candidates, {space, catalogue, images, allowance, most, 0.05}, judge, progress);
  }
  ConfirmOutcome confirm(const std::vector<Finalist>& finalists, std::uint64_t allowance = 100000) {
    Bench judge = bench();
    ValidityGate gate(space.validity, {0, 1, 2, 3}, measure);
    return confirm_phase(finalists, {catalogue, images, allowance, 200, 0.05}, session, judge, gate, progress);
  }
  search::Candidate candidate(const Variance& variance, std::uint64_t failures) const {
    return {space::signature("label", variance),  "label", variance, 32, failures, 0.0,
            space::magnitude(variance, catalogue)};
  }
  Finalist finalist(const Variance& variance) const {
    return {"label", space::signature("label", variance), variance, space::magnitude(variance, catalogue), 0.5, true};
  }

  space::Catalogue catalogue = transform::catalogue();
  space::Space space =
      space::make_space({.profiles = {"severe", "deployment"}, .transforms = {}, .knobs = {}}, catalogue);
  Session session;
  std::vector<Observation> reference;
  std::vector<search::SearchImage> images;
  FakeEvaluator evaluator;
  ValidityGate::Measure measure = [](std::span<const space::Trial> trials) {
    eval::Measured measured;
    for (const space::Trial& trial : trials) measured.emplace_back(trial.images.size(), space::Distances{});
    return measured;
  };
  Progress progress{OutputOptions{ProgressMode::none, true}};
};

Variance rotated(double angle, bool with_bf16 = false, bool with_jpeg = false) {
  Variance variance{{{"rotate", {angle}}}, {}, 0};
  if (with_jpeg) variance.data.push_back({"jpeg", {50}});
  if (with_bf16) variance.config["precision"] = "bf16";
  return variance;
}

TEST(MinimizePhase, DropsGenesThatDoNothingAndSoftensTheRest) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40, true, true), 16)});
  ASSERT_EQ(outcome.finalists.size(), 1U);
  EXPECT_EQ(outcome.finalists[0].signature, "label:rotate");
  EXPECT_TRUE(outcome.finalists[0].minimal);
  EXPECT_GT(degrees(outcome.finalists[0].variance), 20.0);
  EXPECT_LT(degrees(outcome.finalists[0].variance), 22.3);  // a tenth of the distance to neutral
}

TEST(MinimizePhase, KeepsWhatNeedsBothSides) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) && u < 0.4; });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40, true, true), 13)});
  ASSERT_EQ(outcome.finalists.size(), 1U);
  EXPECT_EQ(outcome.finalists[0].signature, "label:rotate|precision=bf16");
}

TEST(MinimizePhase, SkipsWhatASmallerVarianceExplains) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  const MinimizeOutcome outcome =
      world.minimize({world.candidate(rotated(40), 16), world.candidate(rotated(40, false, true), 16)});
  EXPECT_EQ(outcome.finalists.size(), 1U);
  EXPECT_EQ(outcome.explained, 1U);
}

TEST(MinimizePhase, StaysWithinItsAllowanceAndSaysSo) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  const MinimizeOutcome outcome = world.minimize({world.candidate(rotated(40, true, true), 16)}, 200, 1);
  EXPECT_LE(outcome.evaluations, 200U);
  EXPECT_EQ(outcome.evaluations, world.evaluator.evaluations);
  ASSERT_EQ(outcome.finalists.size(), 1U);
  EXPECT_FALSE(outcome.finalists[0].minimal);
}

TEST(MinimizePhase, DropsWhatDoesNotFailAgain) {
  World world([](const Variance&, double) { return false; });
  EXPECT_EQ(world.minimize({world.candidate(rotated(40), 16)}).not_reproduced, 1U);
}

TEST(ConfirmPhase, KeepsOnlyWhatIsAboveTheLimit) {
  World world([](const Variance& v, double u) { return u < (v.data.front().transform == "rotate" ? 0.3 : 0.04); });
  const ConfirmOutcome outcome =
      world.confirm({world.finalist(rotated(40)), world.finalist({{{"jpeg", {50}}}, {}, 0})});
  ASSERT_EQ(outcome.confirmed.size(), 1U);
  EXPECT_EQ(outcome.unconfirmed, 1U);
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
  EXPECT_EQ(tight.not_tested, 1U);
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
  world.measure = [](std::span<const space::Trial> trials) {  // every other image is spoilt
    eval::Measured measured;
    for (const space::Trial& trial : trials) {
      measured.emplace_back();
      for (const ImageIndex image : trial.images)
        measured.back().push_back(image % 2 == 0 ? space::Distances{} : space::Distances{0.0, 1.0, 1.0, 0.5});
    }
    return measured;
  };
  const ConfirmOutcome outcome = world.confirm({world.finalist(rotated(40))});
  ASSERT_EQ(outcome.confirmed.size(), 1U);
  const report::Counterexample& found = outcome.confirmed[0].found;
  EXPECT_GT(found.invalid_pictures, 0U);
  EXPECT_NEAR(found.failure_rate(), 0.2, 0.05);
  for (const ImageIndex image : outcome.confirmed[0].violating) EXPECT_EQ(image % 2, 0U);
}

}  // namespace
}  // namespace robustcheck::app
