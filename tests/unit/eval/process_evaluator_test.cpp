#include "robustcheck/eval/process_evaluator.h"

#include <gmock/gmock.h>

#include "fake_pool.h"
#include "robustcheck/base/error.h"

namespace robustcheck::eval {
namespace {

using oracle::Status;

const std::vector<std::string> kNames = {"a", "b", "crash", "c", "unreadable", "d"};

std::vector<ImageIndex> all_of(const SetupRequest& setup) {
  std::vector<ImageIndex> images;
  for (ImageIndex i = 0; i < setup.images.size(); ++i) images.push_back(i);
  return images;
}

std::vector<space::Trial> some_trials(const SetupRequest& setup) {
  const std::vector<ImageIndex> images = all_of(setup);
  return {{{}, images},
          {{{{"rotate", {12.5}}}, {{"precision", "bf16"}}, 3}, images},
          {{{{"jpeg", {45}}}, {}, 0}, {images[1], images[0]}},
          {{{}, {{"threads", "2"}, {"batch_size", "2"}}, 0}, images}};
}

std::vector<std::vector<std::vector<float>>> scores(const std::vector<std::vector<oracle::Observation>>& rows) {
  std::vector<std::vector<std::vector<float>>> result;
  for (const auto& trial : rows) {
    result.emplace_back();
    for (const auto& row : trial) result.back().push_back(row.scores);
  }
  return result;
}

TEST(ProcessEvaluator, GivesTheSameRowsForAnyNumberOfWorkers) {
  const SetupRequest setup = fake_setup(std::vector<std::string>(100, "a"));
  std::vector<std::vector<std::vector<std::vector<float>>>> results;
  for (const std::size_t workers : {1, 2, 4}) {
    PoolSet pool(fake_options(workers), setup);
    ProcessEvaluator evaluator(pool, setup.preprocessing);
    results.push_back(scores(evaluator.observe(some_trials(setup))));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(ProcessEvaluator, BlamesOnlyTheImageThatCrashes) {
  const SetupRequest setup = fake_setup(kNames);
  PoolSet pool(fake_options(2), setup);
  ProcessEvaluator evaluator(pool, setup.preprocessing);
  for (const auto& trial : evaluator.observe(std::vector<space::Trial>{{{}, all_of(setup)}}))
    for (std::size_t i = 0; i < trial.size(); ++i) {
      EXPECT_EQ(trial[i].status, i == 2 ? Status::crash : i == 4 ? Status::image_error : Status::ok) << i;
    }
}

TEST(ProcessEvaluator, SaysWhyAConfigurationIsUnavailable) {
  const SetupRequest setup = fake_setup({"a", "b"});
  PoolSet pool(fake_options(1), setup);
  ProcessEvaluator evaluator(pool, setup.preprocessing);
  const auto rows = evaluator.observe(std::vector<space::Trial>{{{{}, {{"precision", "unavailable"}}, 0}, {0, 1}}});
  EXPECT_EQ(rows[0][1].status, Status::unavailable);
  EXPECT_EQ(rows[0][1].message, "precision does not work here");
}

TEST(ProcessEvaluator, CarriesTheKindOfOutput) {
  const SetupRequest setup = fake_setup({"a"});
  PoolSet pool(fake_options(1), setup);
  ProcessEvaluator evaluator(pool, setup.preprocessing);
  EXPECT_EQ(evaluator.observe_exact({}, 0).output, OutputKind::log_probs);
}

TEST(ProcessEvaluator, ObservesExactlyInABatchOfCopies) {
  const SetupRequest setup = fake_setup({"a", "b", "c"});
  PoolSet pool(fake_options(1), setup);
  ProcessEvaluator evaluator(pool, setup.preprocessing);
  const oracle::Observation row = evaluator.observe_exact({{{"rotate", {12.5}}}, {}, 1}, 2);
  EXPECT_THAT(row.scores, testing::ElementsAre(2 + 12.5f + 7, 2.0f * ProcessEvaluator::kReferenceBatch, 0));
  EXPECT_EQ(evaluator.observe_exact({{{"rotate", {12.5}}}, {}, 1}, 2, /*fresh=*/true).scores, row.scores);
}

TEST(ProcessEvaluator, TakesTheBatchSizeFromKnobThenFileThenDefault) {
  SetupRequest setup = fake_setup({"a", "b"});
  PoolSet pool(fake_options(1), setup);
  EXPECT_EQ(ProcessEvaluator(pool, setup.preprocessing).observe_exact({}, 1).scores[1], 32);
  setup.preprocessing.batch = 5;
  EXPECT_EQ(ProcessEvaluator(pool, setup.preprocessing).observe_exact({}, 1).scores[1], 5);
  const space::Variance knob{{}, {{"batch_size", "8"}}, 0};
  EXPECT_EQ(ProcessEvaluator(pool, setup.preprocessing).observe_exact(knob, 1).scores[1], 8 + 100);
  EXPECT_THROW(ProcessEvaluator(pool, setup.preprocessing).observe_exact({{}, {{"batch_size", "x"}}, 0}, 1), Error);
}

TEST(ProcessEvaluator, SumsTimingsAndForwards) {
  const SetupRequest setup = fake_setup({"a", "b", "c"});
  PoolSet pool(fake_options(2), setup);
  ProcessEvaluator evaluator(pool, setup.preprocessing);
  evaluator.observe(std::vector<space::Trial>{{{}, {0, 1, 2}}, {{{}, {{"precision", "bf16"}}, 0}, {0}}});
  EXPECT_EQ(evaluator.forwards(), 2 * ProcessEvaluator::kReferenceBatch);
  EXPECT_DOUBLE_EQ(evaluator.timings().forward_s, 1.0);
}

}  // namespace
}  // namespace robustcheck::eval
