/// What each image met in scope image, on a made-up model.
#include "robustcheck/app/image_ledger.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "fake_world.h"
#include "robustcheck/app/search_phase.h"
#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace {

ValidityGate gate_of(const World& world, ValidityGate::Measure measure) {
  return {world.space.validity, {0, 1, 2, 3}, std::move(measure)};
}

TEST(ImageLedger, NotesTheVarianceThatBrokeAnImageAndTheEvaluationsUntilThen) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  Bench bench = world.bench();
  ValidityGate gate = gate_of(world, world.measure);
  ImageLedger ledger(world.images, world.session.dataset, "label");
  const std::vector<space::Trial> trials = {{rotated(10), {0, 60}}, {rotated(40), {0, 60}}, {rotated(45), {0}}};
  Judged judged = bench.run(trials);
  EXPECT_EQ(ledger.record(trials, judged, gate), 1U);
  EXPECT_TRUE(ledger.images()[0].broken && ledger.images()[0].wrong);
  EXPECT_EQ(ledger.images()[0].evaluations, 2U);
  EXPECT_EQ(ledger.images()[0].variance, rotated(40));
  EXPECT_GT(ledger.images()[0].fitness, 0.0);
  EXPECT_FALSE(ledger.images()[60].broken || ledger.images()[60].wrong);
  EXPECT_EQ(ledger.images()[60].evaluations, 2U);
  EXPECT_EQ(ledger.images()[61].evaluations, 0U);
  EXPECT_EQ(ledger.broken(), 1U);
}

TEST(ImageLedger, DoesNotCountAFailureOnAPictureThatShowsSomethingElse) {
  World world([](const Variance& v, double) { return degrees(v) > 20; });
  Bench bench = world.bench();
  ValidityGate gate = gate_of(world, every_other_spoilt);
  ImageLedger ledger(world.images, world.session.dataset, "label");
  const std::vector<space::Trial> trials = {{rotated(40), {4, 5}}};
  Judged judged = bench.run(trials);
  EXPECT_EQ(ledger.record(trials, judged, gate), 1U);
  EXPECT_TRUE(ledger.images()[4].broken);
  EXPECT_FALSE(ledger.images()[5].broken || ledger.images()[5].wrong);
  EXPECT_FALSE(judged.guide[0][1].violated);  // the strategy goes on with it
  EXPECT_EQ(judged.guide[0][1].fitness, -1.0);
}

TEST(ImageLedger, CountsImagesWrongAtTheReferenceAsWrong) {
  World world([](const Variance& v, double u) { return degrees(v) > 20 && u < 0.5; });
  for (ImageIndex i = 0; i < kImages; i += 4) world.reference[i] = oracle::make_observation({0, 2}, OutputKind::logits);
  std::vector<search::SearchImage> eligible;
  std::uint64_t half = 0, survivors = 0;
  for (const search::SearchImage& image : world.images) {
    if (in_confirmation_half(world.session.dataset[image.index], 0)) continue;
    ++half;
    if (image.index % 4 == 0) continue;
    eligible.push_back(image);
    survivors += image.index % 100 < 50 ? 0 : 1;
  }
  Bench bench = world.bench();
  ValidityGate gate = gate_of(world, world.measure);
  ImageLedger ledger(eligible, world.session.dataset, "label");
  std::vector<space::Trial> trials = {{rotated(40), {}}};
  for (const search::SearchImage& image : eligible) trials[0].images.push_back(image.index);
  Judged judged = bench.run(trials);
  ledger.record(trials, judged, gate);
  const auto robust = robust_accuracy(ledger.images(), world.session.dataset, bench, 0);
  ASSERT_TRUE(robust.has_value());
  EXPECT_EQ(robust->images, half);
  EXPECT_EQ(robust->broken, eligible.size() - survivors);
  EXPECT_DOUBLE_EQ(robust->value, static_cast<double>(survivors) / static_cast<double>(half));
  EXPECT_LT(robust->ci95.low, robust->value);
  EXPECT_DOUBLE_EQ(robust->evaluations_per_image, 1.0);
  world.session.dataset.labelled = false;
  EXPECT_FALSE(robust_accuracy(ledger.images(), world.session.dataset, bench, 0).has_value());
}

TEST(ImageLedger, WritesALinePerImage) {
  World world([](const Variance&, double) { return true; });
  Bench bench = world.bench();
  ValidityGate gate = gate_of(world, world.measure);
  ImageLedger ledger({world.images[0], world.images[1]}, world.session.dataset, "label");
  const std::vector<space::Trial> trials = {{rotated(40), {1}}};
  Judged judged = bench.run(trials);
  ledger.record(trials, judged, gate);
  const std::string lines = per_image_lines(ledger.images(), world.session.dataset);
  const std::size_t end = lines.find('\n');
  const Json first = Json::parse(lines.substr(0, end)), second = Json::parse(lines.substr(end + 1));
  EXPECT_EQ(first["evaluations"], 0);
  EXPECT_TRUE(first["fitness"].is_null() && !first["broken"].get<bool>());
  EXPECT_EQ(second["image"], "1");
  EXPECT_TRUE(second["broken"].get<bool>());
  EXPECT_EQ(second["variance"]["data"][0]["degrees"], 40);
}

/// Rotations break, each image from an angle of its own on, half of them never.
SearchOutcome search_images(World& world, std::uint64_t budget, std::uint64_t patience = 0, std::uint64_t seed = 1) {
  SearchOptions options;
  options.scope = "image";
  options.budget = budget;
  options.patience = patience;
  const search::Problem problem{world.space, world.images, seed, budget, 0.05};
  Bench bench = world.bench();
  ValidityGate gate = gate_of(world, world.measure);
  const auto journal = std::filesystem::temp_directory_path() / "robustcheck_image_ledger_test.jsonl";
  std::filesystem::remove(journal);
  return search_phase(options, problem, world.session.dataset, bench, gate, journal, world.progress);
}

bool breaks(const Variance& v, double u) { return u < 0.5 && degrees(v) > 90.0 * u; }

TEST(SearchPhase, InScopeImageRanksOnlyWhatRanOnTheTellingImages) {
  World world(breaks);
  const SearchOutcome outcome = search_images(world, 4000);
  ASSERT_FALSE(outcome.candidates.empty());
  for (const search::Candidate& candidate : outcome.candidates) {
    EXPECT_EQ(candidate.images, search::kTrialImages);
    std::uint64_t failures = 0;
    for (const ImageIndex image : search::telling_images(world.images, search::kTrialImages))
      failures += breaks(candidate.variance, static_cast<double>(image % 100) / 100.0) ? 1 : 0;
    EXPECT_EQ(candidate.failures, failures);
  }
  EXPECT_EQ(outcome.per_image.size(), kImages);
}

/// 200 of the 400 can be broken; one seed in a few finds a quarter of them only.
TEST(SearchPhase, InScopeImageBreaksMostThatCanBeBroken) {
  std::vector<std::ptrdiff_t> broken;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    World world(breaks);
    const SearchOutcome outcome = search_images(world, 4000, 0, seed);
    broken.push_back(std::ranges::count_if(outcome.per_image, [](const WorstOfImage& one) { return one.broken; }));
  }
  std::ranges::sort(broken);
  EXPECT_GT(broken[2], 150);
}

TEST(SearchPhase, InScopeImagePatienceWaitsForImagesThatBreak) {
  World world(breaks);
  const SearchOutcome outcome = search_images(world, 1000000, 20);
  EXPECT_LT(outcome.evaluations, 100000U);
  EXPECT_GT(std::ranges::count_if(outcome.per_image, [](const WorstOfImage& one) { return one.broken; }), 150);
}

TEST(StrategyOf, IsTheScopesOwn) {
  SearchOptions options;
  EXPECT_EQ(strategy_of(options).name, "genetic");
  options.scope = "image";
  EXPECT_EQ(strategy_of(options).name, "per_image");
  options.strategy_chosen = true;
  EXPECT_THROW(strategy_of(options), Error);
  options.scope = "imag";
  EXPECT_THROW(strategy_of(options), Error);
}

}  // namespace
}  // namespace robustcheck::app
