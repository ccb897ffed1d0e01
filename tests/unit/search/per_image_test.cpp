/// The strategy of --scope image on landscapes where each image has a weakness of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "../../../src/search/image_model.h"
#include "../../../src/search/similarity.h"
#include "../space/fixture.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::search {
namespace {

using space::Variance;

constexpr std::size_t kImages = 200;

Problem problem(std::uint64_t seed, std::uint64_t each, std::vector<std::string> knobs = {"none"}) {
  Problem result;
  result.space = space::make_space(
      {.profiles = {"severe"}, .transforms = {"rotate", "blur"}, .knobs = std::move(knobs), .validity = {}},
      space::toy_catalogue());
  for (ImageIndex i = 0; i < kImages; ++i)
    result.images.push_back({i, static_cast<Label>(i % 10), 0.3 + 0.6 * static_cast<double>((i * 37) % 200) / 200.0});
  result.seed = seed;
  result.budget = each * kImages;
  return result;
}

double degrees(const Variance& variance) {
  for (const space::Step& step : variance.data)
    if (step.transform == "rotate") return step.values[0];
  return 0.0;
}

/// Fitness of an image under a variance.
using Landscape = std::function<double(const SearchImage&, const Variance&)>;

/// Each class has an angle of its own that breaks it, in a window of 8 degrees; nothing tells from afar.
double class_angle(const SearchImage& image, const Variance& variance) {
  const double angle = -40.0 + 8.0 * static_cast<double>(*image.label);
  return std::abs(degrees(variance) - angle) < 4.0 ? 0.2 : -image.margin;
}
/// Each image has an angle of its own, in a window of 3 degrees, and the fitness rises toward it.
double own_angle(const SearchImage& image, const Variance& variance) {
  const double angle = -42.0 + 84.0 * static_cast<double>((image.index * 61) % kImages) / kImages;
  const double away = std::abs(degrees(variance) - angle);
  return away < 1.5 ? 0.2 : -image.margin * std::min(1.0, 0.1 + away / 60.0);
}
double unbreakable(const SearchImage& image, const Variance&) { return -image.margin; }

struct Course {
  std::vector<space::Trial> trials;
  std::map<ImageIndex, std::size_t> broken_after;   ///< evaluations of that image
  std::map<ImageIndex, std::set<std::string>> met;  ///< variances
  std::uint64_t evaluations = 0, telling = 0, on_broken = 0;
};

bool is_telling(const Problem& problem, const space::Trial& trial) {
  return trial.images == telling_images(problem.images, kTrialImages);
}

Course run(const Problem& problem, const Landscape& landscape) {
  const auto strategy = image_strategy().make(problem);
  Course result;
  std::map<ImageIndex, std::size_t> evaluations;
  while (result.evaluations < problem.budget) {
    const std::vector<space::Trial> trials = strategy->ask(problem.budget - result.evaluations);
    if (trials.empty()) break;
    std::set<ImageIndex> broken_before;
    for (const auto& [image, after] : result.broken_after) broken_before.insert(image);
    std::vector<std::vector<oracle::Verdict>> verdicts;
    for (const space::Trial& trial : trials) {
      verdicts.emplace_back();
      for (const ImageIndex image : trial.images) {
        const double fitness = landscape(problem.images[image], trial.variance);
        verdicts.back().push_back({fitness > 0, fitness});
        ++evaluations[image];
        result.met[image].insert(space::to_json(trial.variance, space::toy_catalogue()).dump());
        if (fitness > 0) result.broken_after.try_emplace(image, evaluations[image]);
        if (!is_telling(problem, trial)) result.on_broken += broken_before.contains(image) ? 1 : 0;
      }
      result.evaluations += trial.images.size();
      result.telling += is_telling(problem, trial) ? trial.images.size() : 0;
      result.trials.push_back(trial);
    }
    EXPECT_LE(result.evaluations, problem.budget);
    strategy->tell(trials, verdicts);
  }
  return result;
}

/// Images that `draws` random angles each break.
std::size_t broken_by_draws(const Landscape& landscape, std::size_t draws) {
  const Problem asked = problem(1, 1);
  Rng rng(1, "draws");
  std::size_t broken = 0;
  for (const SearchImage& image : asked.images) {
    bool fails = false;
    for (std::size_t k = 0; k < draws; ++k)
      fails = landscape(image, {{{"rotate", {rng.uniform(-45.0, 45.0)}}}, {}, 0}) > 0 || fails;
    broken += fails ? 1 : 0;
  }
  return broken;
}

std::size_t broken_within(const Course& run, std::size_t evaluations) {
  return static_cast<std::size_t>(
      std::ranges::count_if(run.broken_after, [&](const auto& entry) { return entry.second <= evaluations; }));
}

/// Its pictures are never valid: each try is spent, and none is a failure.
double invalid_of_one(const SearchImage& image, const Variance&) { return image.index == 7 ? -1.0 : -image.margin; }

TEST(PerImage, AnImageOfInvalidPicturesTakesNoMoreTurnsThanTheOthers) {
  const Course done = run(problem(1, 6), invalid_of_one);
  EXPECT_EQ(done.evaluations, 6 * kImages);
  EXPECT_EQ(done.met.at(7).size(), 6U) << "as many variances as every other image";
}

/// Alone in its trial, where nothing at all ran.
TEST(PerImage, AnImageThatIsLeftAloneWithInvalidPicturesEndsItsTurns) {
  Problem asked = problem(1, 6);
  const auto landscape = [](const SearchImage& image, const Variance&) {
    return image.index == 7 ? -1.0 : image.index == 8 ? -image.margin : 0.2;
  };
  const Course done = run(asked, landscape);
  const std::size_t own = done.met.at(7).size(), other = done.met.at(8).size();
  EXPECT_LE(own, other + 1) << "both are asked in turn";
  EXPECT_GE(own + 1, other);
}

TEST(PerImage, EveryUnbrokenImageMeetsAnotherVarianceInEveryTurn) {
  const Course done = run(problem(1, 6), unbreakable);
  EXPECT_EQ(done.evaluations, 6 * kImages);
  ASSERT_EQ(done.met.size(), kImages);
  for (const auto& [image, variances] : done.met) EXPECT_EQ(variances.size(), 6U) << image;
}

TEST(PerImage, SpendsNothingOnBrokenImagesButATwelfthToTell) {
  const Course done = run(problem(1, 20), class_angle);
  EXPECT_EQ(done.on_broken, 0U);
  EXPECT_GT(done.telling, 0U);
  EXPECT_LE(12 * done.telling, 20 * kImages);
}

TEST(PerImage, TriesFirstOnNeighboursWhatBrokeOne) {
  const std::size_t random = broken_by_draws(class_angle, 10);
  for (const std::uint64_t seed : {1U, 2U, 3U})
    EXPECT_GT(broken_within(run(problem(seed, 10), class_angle), 10), random);
}

TEST(PerImage, GoesWhereAnImageCameNearestToFailing) {
  const std::size_t random = broken_by_draws(own_angle, 30);
  for (const std::uint64_t seed : {1U, 2U, 3U})
    EXPECT_GT(broken_within(run(problem(seed, 30), own_angle), 30), random + kImages / 10);
}

TEST(PerImage, AsksTheSameForTheSameSeedAndElseForAnother) {
  const auto variances = [](std::uint64_t seed) {
    std::vector<Variance> all;
    for (const space::Trial& trial : run(problem(seed, 8), class_angle).trials) all.push_back(trial.variance);
    return all;
  };
  EXPECT_EQ(variances(3), variances(3));
  EXPECT_NE(variances(3), variances(4));
}

TEST(PerImage, StaysInTheSpaceWithFewConfigurationsAtATime) {
  const Problem asked = problem(1, 10, {"precision", "onednn", "graph", "rounding"});
  const auto strategy = image_strategy().make(asked);
  std::set<space::Assignment> all;
  for (int round = 0; round < 8; ++round) {
    const std::vector<space::Trial> trials = strategy->ask(asked.budget);
    std::set<space::Assignment> configurations;
    std::vector<std::vector<oracle::Verdict>> verdicts;
    for (const space::Trial& trial : trials) {
      EXPECT_EQ(space::repaired(trial.variance, asked.space), trial.variance);
      configurations.insert(trial.variance.config);
      verdicts.emplace_back(trial.images.size(), oracle::Verdict{false, -0.5});
    }
    EXPECT_LE(configurations.size(), 8U);
    all.merge(configurations);
    strategy->tell(trials, verdicts);
  }
  EXPECT_GT(all.size(), 4U);
}

TEST(PerImage, EndsWhenASmallSpaceIsSpent) {
  Problem tiny = problem(1, 1000);
  tiny.space =
      space::make_space({.profiles = {"deployment"}, .transforms = {}, .knobs = {"onednn"}}, space::toy_catalogue());
  EXPECT_EQ(run(tiny, unbreakable).evaluations, kImages);  // one value, once on each
}

TEST(PerImage, EndsWhenEveryImageIsBroken) {
  const Course done = run(problem(1, 50), [](const SearchImage&, const Variance&) { return 0.5; });
  EXPECT_EQ(done.broken_after.size(), kImages);
  EXPECT_EQ(broken_within(done, 1), kImages);
  EXPECT_GT(done.telling, 0U);  // so that candidates have rates
}

TEST(PerImage, GivesAnInvalidPictureNoSecondTryAndLearnsAboutWhatItIsTold) {
  const Problem asked = problem(1, 100);
  const auto strategy = image_strategy().make(asked);
  std::map<std::string, std::set<ImageIndex>> seen;
  for (int round = 0; round < 30; ++round) {
    std::vector<space::Trial> trials = strategy->ask(asked.budget);
    std::vector<std::vector<oracle::Verdict>> verdicts;
    for (space::Trial& trial : trials) {
      auto& images = seen[space::to_json(trial.variance, space::toy_catalogue()).dump()];
      for (const ImageIndex image : trial.images) EXPECT_TRUE(images.insert(image).second) << "twice";
      verdicts.emplace_back(trial.images.size(), oracle::Verdict{false, round % 2 == 0 ? -1.0 : -0.5});
      if (round % 3 == 0) trial.variance.data.resize(std::min<std::size_t>(1, trial.variance.data.size()));
    }
    strategy->tell(trials, verdicts);
  }
}

TEST(PerImage, KeepsASmallBudgetAndWorksWithFewImages) {
  for (const std::uint64_t budget : {1U, 7U, 40U, 333U}) {
    Problem small = problem(1, 1);
    small.budget = budget;
    EXPECT_LE(run(small, own_angle).evaluations, budget);
    small.images.resize(3);
    EXPECT_LE(run(small, own_angle).evaluations, budget);
  }
}

TEST(ImageModel, ExpectsOfNeighboursWhatOneImageShowed) {
  std::vector<SearchImage> images;
  for (ImageIndex i = 0; i < 20; ++i) images.push_back({i, static_cast<Label>(i / 10), 0.9});
  ImageModel model(images);
  const std::size_t a = model.add({{-1.0F}, {}}), b = model.add({{1.0F}, {}});
  for (std::size_t i = 0; i < 9; ++i) {  // a is bad for class 0, b for class 1
    model.observe(i, a, 0.5);
    model.observe(i, b, -0.9);
    model.observe(10 + i, a, -0.9);
    model.observe(10 + i, b, 0.5);
  }
  const std::size_t near_a = model.add({{-0.8F}, {}}), near_b = model.add({{0.8F}, {}});
  model.fit();
  EXPECT_GT(model.score(9, near_a), model.score(9, near_b));
  EXPECT_GT(model.score(19, near_b), model.score(19, near_a));
  EXPECT_EQ(model.nearest(0), a);
  EXPECT_EQ(model.nearest(9), ImageModel::kSlots);
  model.release(a);
  EXPECT_EQ(model.nearest(0), b);
}

TEST(Similarity, IsOneForEqualVariancesAndFallsWithEveryDifference) {
  const space::Space space = problem(1, 1, {"precision", "onednn"}).space;
  const Similarity similarity(space);
  const auto alike = [&](const Variance& a, const Variance& b) {
    return Similarity::between(similarity.coordinates(a), similarity.coordinates(b));
  };
  const Variance turned{{{"rotate", {45}}}, {}, 0}, less{{{"rotate", {36}}}, {}, 0}, back{{{"rotate", {-45}}}, {}, 0};
  const Variance bf16{{{"rotate", {45}}}, {{"precision", "bf16"}}, 0};
  EXPECT_EQ(alike(turned, turned), 1.0);
  EXPECT_GT(alike(turned, less), 0.9);
  EXPECT_LT(alike(turned, back), 0.01);
  EXPECT_LT(alike(turned, bf16), 0.5);
  EXPECT_EQ(alike(turned, bf16), alike(bf16, turned));
}

}  // namespace
}  // namespace robustcheck::search
