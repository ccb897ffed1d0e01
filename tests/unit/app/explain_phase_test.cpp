/// What explains the counterexamples, on a made-up model whose mechanisms are known.
#include "robustcheck/app/explain_phase.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fake_world.h"

namespace robustcheck::app {
namespace {

struct Explained {
  ConfirmOutcome confirmed;
  Explanation explanation;
  std::uint64_t evaluations = 0;  ///< of the explanation alone
};

Explained explain(World& world, const std::vector<Finalist>& finalists, std::uint64_t allowance = 1000000) {
  Explained result;
  result.confirmed = world.confirm(finalists);
  const std::uint64_t before = world.evaluator.evaluations;
  Bench judge = world.bench();
  ValidityGate gate(world.space.validity, {0, 1, 2, 3}, world.measure);
  const std::vector<search::Candidate> none;
  explain_phase(
      result.confirmed, {world.space, world.catalogue, finalists, none, allowance, 0.05, 0}, world.session.dataset,
      judge, gate, world.progress, [](const std::string&) {}, result.explanation);
  result.evaluations = world.evaluator.evaluations - before;
  return result;
}

TEST(ExplainPhase, SharesTheFailuresAmongTheGenes) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) && u < 0.4; });
  const Explained found = explain(world, {world.finalist(rotated(40, true, true))});
  ASSERT_EQ(found.confirmed.confirmed.size(), 1U);
  const std::vector<report::GeneShare>& genes = found.confirmed.confirmed[0].found.genes;
  ASSERT_EQ(genes.size(), 3U);
  EXPECT_NEAR(genes[0].share, 0.5, 1e-9);
  EXPECT_NEAR(genes[1].share, 0.5, 1e-9);
  EXPECT_EQ(genes[2].gene, "jpeg");
  EXPECT_NEAR(genes[2].share, 0.0, 1e-9);
}

TEST(ExplainPhase, SaysNeedsBothWhereNearbyStrengthsAgree) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) && u < 0.4; });
  EXPECT_EQ(explain(world, {world.finalist(rotated(40, true))}).confirmed.confirmed[0].found.needs_both, true);
}

TEST(ExplainPhase, DoesNotSayNeedsBothOfOneLuckyStrength) {
  World world([](const Variance& v, double u) { return degrees(v) == 30 && bf16(v) && u < 0.4; });
  const Explained found = explain(world, {world.finalist(rotated(30, true))});
  EXPECT_TRUE(found.confirmed.confirmed[0].found.attribution->interacts());
  EXPECT_EQ(found.confirmed.confirmed[0].found.needs_both, false);
}

const report::Tolerance* row(const Explanation& explanation, const std::string& transform, int side) {
  const auto found = std::find_if(
      explanation.tolerance.begin(), explanation.tolerance.end(),
      [&](const report::Tolerance& one) { return one.transform == transform && (one.tested_to > 0) == (side > 0); });
  return found == explanation.tolerance.end() ? nullptr : &*found;
}

/// 20 degrees at the reference, half of that with bf16.
TEST(ExplainPhase, MeasuresWhatAConfigurationCostsOfATolerance) {
  World world([](const Variance& v, double u) { return degrees(v) > (bf16(v) ? 10 : 20) && u < 0.5; });
  const Explained found = explain(world, {world.finalist(rotated(40, true))});
  const report::Tolerance* rotate = row(found.explanation, "rotate", 1);
  ASSERT_NE(rotate, nullptr);
  ASSERT_TRUE(rotate->reference && rotate->worst && rotate->configuration);
  const double rung = rotate->tested_to / 8;
  EXPECT_NEAR(rotate->reference->value, 20, rung);
  EXPECT_NEAR(rotate->worst->value, 10, rung);
  EXPECT_LE(rotate->reference->low, rotate->reference->value);
  EXPECT_GE(*rotate->reference->high, rotate->reference->value);
  EXPECT_EQ(rotate->configuration->at("precision"), "bf16");
  EXPECT_EQ(found.explanation.tolerance.front().transform, "rotate");
  const report::Tolerance* harmless = row(found.explanation, "gaussian_noise", 1);
  ASSERT_NE(harmless, nullptr);
  EXPECT_FALSE(harmless->reference.has_value());
}

TEST(ExplainPhase, MapsWhichTransformAndKnobWorkTogether) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) && u < 0.4; });
  const Explained found = explain(world, {world.finalist(rotated(40, true, true))});
  const auto cell = [&](const std::string& transform) {
    return *std::find_if(found.explanation.interaction_map.begin(), found.explanation.interaction_map.end(),
                         [&](const report::MapCell& one) { return one.transform == transform; });
  };
  EXPECT_NEAR(cell("rotate").interaction.value, 0.4, 0.05);
  EXPECT_GT(cell("rotate").interaction.ci95.low, 0.0);
  EXPECT_EQ(cell("jpeg").interaction.value, 0.0);
}

TEST(ExplainPhase, CountsWhatTheCounterexamplesCover) {
  World world([](const Variance& v, double u) { return degrees(v) > 30 ? u < 0.3 : u > 0.8; });
  const Explained found = explain(world, {world.finalist(rotated(40)), world.finalist(rotated(20))});
  ASSERT_EQ(found.confirmed.confirmed.size(), 2U);
  EXPECT_LT(*found.confirmed.confirmed[0].found.covers, 1.0);
  EXPECT_EQ(found.confirmed.confirmed[1].found.covers, 1.0);
  ASSERT_TRUE(found.explanation.coverage.has_value());
  EXPECT_EQ(found.explanation.coverage->first5, 1.0);
}

/// A tenth of the images is wrong at the reference; under the variance 40 % of the others fail and all of these become
/// right.
TEST(ExplainPhase, CountsGainsInTheChangeOfAccuracy) {
  World world([](const Variance& v, double u) { return degrees(v) > 10 && u < 0.4; });
  std::erase_if(world.images, [](const search::SearchImage& one) { return one.index % 10 == 9; });
  for (ImageIndex i = 9; i < kImages; i += 10) {
    world.session.dataset.images[i].label = Label{0};
    world.reference[i] = oracle::make_observation({0, 2}, OutputKind::logits);
  }
  const Explained found = explain(world, {world.finalist(rotated(40))});
  const auto& change = found.confirmed.confirmed[0].found.accuracy;
  ASSERT_TRUE(change.has_value());
  EXPECT_GT(change->images, 200U);
  EXPECT_NEAR(change->reference, 0.9, 0.03);
  EXPECT_GT(change->gained, 0U);
  EXPECT_NEAR(static_cast<double>(change->lost), 80.0, 10.0);
  EXPECT_LT(change->p_value, 1e-6);
}

TEST(ExplainPhase, StaysWithinItsAllowanceAndCountsEveryEvaluation) {
  for (const std::uint64_t allowance : {0U, 500U, 3000U, 20000U}) {
    World world([](const Variance& v, double u) { return degrees(v) > 10 && bf16(v) && u < 0.4; });
    const Explained found =
        explain(world, {world.finalist(rotated(40, true, true)), world.finalist(rotated(30, true))}, allowance);
    const Explanation& parts = found.explanation;
    EXPECT_LE(found.evaluations, allowance);
    EXPECT_EQ(parts.attribute + parts.tolerances + parts.map, found.evaluations);
  }
}

/// Every (variance, image) fails by chance alone, exactly as often as the limit allows: nothing is there to be found.
TEST(ExplainPhase, FindsNothingInPureNoiseInMostRuns) {
  constexpr int kRuns = 200;
  int false_runs = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    World world([](const Variance&, double) { return false; });
    std::vector<Finalist> finalists;
    for (int i = 0; i < 20; ++i) finalists.push_back(world.finalist(rotated(10 + i)));
    Rng rng(run, "noise");
    world.evaluator = FakeEvaluator([&](const Variance&, double) { return rng.chance(0.05); });
    false_runs += world.confirm(finalists).confirmed.empty() ? 0 : 1;
  }
  EXPECT_LE(false_runs, 0.05 * kRuns);
}

}  // namespace
}  // namespace robustcheck::app
