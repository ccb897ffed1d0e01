/// Every strategy on landscapes whose failures are known.
#include "robustcheck/search/strategy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "../space/fixture.h"
#include "robustcheck/base/error.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr std::uint64_t kBudget = 6000;

/// Strength of a transform in the toy space, -1..1.
double signed_strength(const Variance& variance, const std::string& transform) {
  const space::TransformInfo& info = *space::toy_catalogue().find_transform(transform);
  for (const space::Step& step : variance.data)
    if (step.transform == transform)
      return std::copysign(info.parameters[0].magnitude(step.values[0]), step.values[0] - info.parameters[0].neutral);
  return 0.0;
}

double knob(const Variance& variance, const std::string& name, const std::string& value) {
  const auto found = variance.config.find(name);
  return found != variance.config.end() && found->second == value ? 1.0 : 0.0;
}

/// Score of a variance: an image fails where the score exceeds its margin.
using Landscape = std::function<double(const Variance&)>;

double separable(const Variance& v) {
  return 0.4 * std::abs(signed_strength(v, "rotate")) + 0.3 * std::abs(signed_strength(v, "jpeg"));
}
/// Two weak effects that are strong together.
double interaction(const Variance& v) {
  const double rotation = std::abs(signed_strength(v, "rotate")), rounding = knob(v, "precision", "fp16");
  return 0.1 * rotation + 0.05 * rounding + 0.8 * rotation * rounding;
}
double deceptive(const Variance& v) {
  return signed_strength(v, "rotate") > 0 ? 0.3 * signed_strength(v, "rotate")
                                          : (signed_strength(v, "rotate") < -0.8 ? 0.9 : 0.0);
}
double needle(const Variance& v) {
  return knob(v, "graph", "frozen") * knob(v, "onednn", "off") *
         (std::abs(signed_strength(v, "blur")) > 0.5 ? 1.0 : 0.0);
}

/// Three transforms and the knobs: all that `deployment` has without a GPU (the probe drops that), unless some are
/// named.
Problem problem(std::uint64_t seed, std::uint64_t budget = kBudget, std::vector<std::string> knobs = {"-device"}) {
  Problem result;
  result.space = space::make_space(
      {.profiles = {"severe", "deployment"}, .transforms = {}, .knobs = std::move(knobs), .validity = {}},
      space::toy_catalogue());
  for (ImageIndex i = 0; i < 200; ++i)
    result.images.push_back({i, static_cast<Label>(i % 10), 0.2 + 0.75 * static_cast<double>((i * 37) % 200) / 200.0});
  result.seed = seed;
  result.budget = budget;
  return result;
}

struct Outcome {
  std::vector<Variance> variances;
  std::uint64_t evaluations = 0;
  std::uint64_t first_failure = 0;  ///< evaluations until a variance broke a quarter of its images; 0: none
  std::uint64_t images_most = 0;    ///< the most images that one variance was tried on
};

double fitness_of(const Landscape& landscape, const Variance& variance, const SearchImage& image) {
  return std::clamp(landscape(variance) - image.margin, -1.0, 1.0);
}

/// As the probe does it, on all images.
std::vector<KnobEffect> probed(const Problem& problem, const Landscape& landscape) {
  std::vector<KnobEffect> effects;
  for (const space::KnobGene& gene : problem.space.knobs)
    for (const std::string& value : gene.values) {
      double sum = 0.0;
      for (const SearchImage& image : problem.images)
        sum += violation(fitness_of(landscape, {{}, {{gene.info.name, value}}, 0}, image), image.margin);
      effects.push_back({gene.info.name, value, sum / static_cast<double>(problem.images.size())});
    }
  return effects;
}

Outcome run(const std::string& name, Problem problem, const Landscape& landscape) {
  problem.knob_effects = probed(problem, landscape);
  const auto strategy = find_strategy(name).make(problem);
  Outcome result;
  std::map<std::string, std::set<ImageIndex>> seen;
  while (result.evaluations < problem.budget) {
    const auto left = problem.budget - result.evaluations;
    const std::vector<space::Trial> trials = strategy->ask(left);
    if (trials.empty()) break;
    std::vector<std::vector<oracle::Verdict>> verdicts;
    for (const space::Trial& trial : trials) {
      verdicts.emplace_back();
      std::size_t failed = 0;
      for (const ImageIndex image : trial.images) {
        const double fitness = fitness_of(landscape, trial.variance, problem.images[image]);
        verdicts.back().push_back({fitness > 0, fitness});
        failed += fitness > 0 ? 1 : 0;
        auto& images = seen[space::to_json(trial.variance, space::toy_catalogue()).dump()];
        EXPECT_TRUE(images.insert(image).second) << "the same image twice";
        result.images_most = std::max<std::uint64_t>(result.images_most, images.size());
      }
      result.evaluations += trial.images.size();
      result.variances.push_back(trial.variance);
      if (result.first_failure == 0 && trial.images.size() >= 24 && 4 * failed >= trial.images.size())
        result.first_failure = result.evaluations;
    }
    EXPECT_LE(result.evaluations, problem.budget);
    strategy->tell(trials, verdicts);
  }
  return result;
}

class StrategyContract : public testing::TestWithParam<StrategyEntry> {
 protected:
  Outcome search(std::uint64_t seed, const Landscape& landscape, std::uint64_t budget = kBudget) {
    return run(GetParam().name, problem(seed, budget), landscape);
  }
};

TEST_P(StrategyContract, AsksTheSameForTheSameSeed) {
  EXPECT_EQ(search(3, separable).variances, search(3, separable).variances);
}

TEST_P(StrategyContract, AsksSomethingElseForAnotherSeed) {
  EXPECT_NE(search(3, separable).variances, search(4, separable).variances);
}

TEST_P(StrategyContract, StaysInTheSpaceAndIsCanonical) {
  const Problem asked = problem(1);
  for (const Variance& variance : search(1, separable).variances) {
    EXPECT_EQ(space::repaired(variance, asked.space), variance);
    EXPECT_LE(variance.data.size(), asked.space.max_transforms);
  }
}

TEST_P(StrategyContract, AsksNothingThatCannotBeCombined) {
  const Problem asked = problem(1, kBudget, {"yuv", "yuv_matrix", "resize_rule", "crop_fraction"});
  for (const Variance& variance : run(GetParam().name, asked, separable).variances)
    EXPECT_EQ(space::incompatible(variance.config), "");
}

TEST_P(StrategyContract, KeepsASmallBudget) {
  for (const std::uint64_t budget : {1U, 7U, 40U, 333U}) EXPECT_LE(search(1, separable, budget).evaluations, budget);
}

TEST_P(StrategyContract, EndsWhenASmallSpaceIsSpent) {
  Problem tiny = problem(1, 1000000);
  tiny.space =
      space::make_space({.profiles = {"deployment"}, .transforms = {}, .knobs = {"onednn"}}, space::toy_catalogue());
  EXPECT_LT(run(GetParam().name, tiny, separable).evaluations, 1000U);
}

TEST_P(StrategyContract, SearchesOneSideAlone) {
  Problem data = problem(1), config = problem(1);
  data.space.knobs.clear();
  config.space.transforms.clear();
  for (const Variance& variance : run(GetParam().name, data, separable).variances) EXPECT_TRUE(variance.config.empty());
  for (const Variance& variance : run(GetParam().name, config, interaction).variances)
    EXPECT_TRUE(variance.data.empty());
}

/// The validity gate may run a milder variance than the one asked for, or none.
TEST_P(StrategyContract, LearnsAboutWhatItIsTold) {
  const Problem asked = problem(1);
  const auto strategy = GetParam().make(asked);
  for (int round = 0; round < 40; ++round) {
    std::vector<space::Trial> trials = strategy->ask(kBudget);
    std::vector<std::vector<oracle::Verdict>> verdicts;
    for (space::Trial& trial : trials) {
      EXPECT_EQ(space::repaired(trial.variance, asked.space), trial.variance);
      if (!trial.variance.data.empty()) trial.variance.data.resize(1);
      verdicts.emplace_back(trial.images.size(), oracle::Verdict{true, 0.1});
    }
    strategy->tell(trials, verdicts);
  }
}

TEST_P(StrategyContract, WorksWithFewImages) {
  Problem few = problem(1, 500);
  few.images.resize(3);
  EXPECT_GT(run(GetParam().name, few, separable).evaluations, 0U);
}

TEST_P(StrategyContract, FindsASeparableFailure) { EXPECT_GT(search(1, separable).first_failure, 0U); }

class WithoutAPart : public testing::TestWithParam<std::string> {};

TEST_P(WithoutAPart, GeneticStillFindsASeparableFailure) {
  Problem less = problem(1);
  less.without = {GetParam()};
  EXPECT_GT(run("genetic", less, separable).first_failure, 0U);
}

INSTANTIATE_TEST_SUITE_P(All, WithoutAPart, testing::ValuesIn(parts_of_genetic()),
                         [](const auto& name) { return name.param; });

INSTANTIATE_TEST_SUITE_P(All, StrategyContract, testing::ValuesIn(all_strategies()),
                         [](const auto& entry) { return entry.param.name; });

std::uint64_t median_first(const std::string& name, const Landscape& landscape) {
  std::vector<std::uint64_t> firsts;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    const std::uint64_t first = run(name, problem(seed), landscape).first_failure;
    firsts.push_back(first == 0 ? kBudget + 1 : first);
  }
  std::nth_element(firsts.begin(), firsts.begin() + 7, firsts.end());
  return firsts[7];
}

TEST(Genetic, FindsACombinationLongBeforeRandomDoes) {
  const std::uint64_t genetic = median_first("genetic", interaction);
  EXPECT_LE(genetic, 600U);  // the screen and the combinations
  EXPECT_LT(genetic, median_first("random", interaction));
}

TEST(Genetic, BeginsWithAWholeChainUnderTheStrongestValueOfEveryKnob) {
  Problem given = problem(1);
  given.knob_effects = {{"precision", "bf16", 0.1}, {"precision", "fp16", 0.2}, {"graph", "frozen", 0.1}};
  const auto strategy = find_strategy("genetic").make(given);
  const Variance first = strategy->ask(given.budget).front().variance;
  EXPECT_EQ(first.data.size(), given.space.max_transforms);
  EXPECT_EQ(first.config, (space::Assignment{{"graph", "frozen"}, {"precision", "fp16"}}));
}

TEST(Genetic, FindsTheOtherSideOfADeceptiveLandscape) { EXPECT_LE(median_first("genetic", deceptive), 1500U); }

TEST(Genetic, FindsANeedleWithoutMainEffectsMoreOftenThanNot) { EXPECT_LE(median_first("genetic", needle), kBudget); }

TEST(Genetic, TriesItsBestOnMoreImages) { EXPECT_EQ(run("genetic", problem(1), separable).images_most, 128U); }

TEST(TellingImages, CoverClassesAndMargins) {
  const Problem all = problem(1);
  const std::vector<ImageIndex> chosen = telling_images(all.images, 20);
  std::set<int> classes;
  std::vector<double> margins;
  for (const ImageIndex image : chosen) {
    classes.insert(*all.images[image].label);
    margins.push_back(all.images[image].margin);
  }
  EXPECT_EQ(classes.size(), 10U);
  EXPECT_LT(*std::min_element(margins.begin(), margins.end()), 0.45);
  EXPECT_GT(*std::max_element(margins.begin(), margins.end()), 0.7);
  EXPECT_EQ(std::set<ImageIndex>(chosen.begin(), chosen.end()).size(), 20U);
  EXPECT_EQ(telling_images(all.images, 1000).size(), 200U);
}

TEST(Strategies, AreFoundByNameWithAProposal) { EXPECT_THROW(find_strategy("genetik"), Error); }

TEST(PartsOfGenetic, AreFoundByNameWithAProposal) {
  EXPECT_EQ(checked_parts({"screen", "polish"}), (std::set<std::string>{"polish", "screen"}));
  EXPECT_THROW(checked_parts({"scren"}), Error);
}

}  // namespace
}  // namespace robustcheck::search
