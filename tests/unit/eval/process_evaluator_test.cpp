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
    PoolSet pools(fake_options(workers), setup);
    ProcessEvaluator evaluator(pools, setup.preprocessing);
    results.push_back(scores(evaluator.observe(some_trials(setup))));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(ProcessEvaluator, BlamesOnlyTheImageThatCrashes) {
  const SetupRequest setup = fake_setup(kNames);
  PoolSet pools(fake_options(2), setup);
  ProcessEvaluator evaluator(pools, setup.preprocessing);
  for (const auto& trial : evaluator.observe(std::vector<space::Trial>{{{}, all_of(setup)}}))
    for (std::size_t i = 0; i < trial.size(); ++i) {
      EXPECT_EQ(trial[i].status, i == 2 ? Status::crash : i == 4 ? Status::image_error : Status::ok) << i;
    }
}

TEST(ProcessEvaluator, SaysWhyAConfigurationIsUnavailable) {
  const SetupRequest setup = fake_setup({"a", "b"});
  PoolSet pools(fake_options(1), setup);
  ProcessEvaluator evaluator(pools, setup.preprocessing);
  const auto rows = evaluator.observe(std::vector<space::Trial>{{{{}, {{"precision", "unavailable"}}, 0}, {0, 1}}});
  EXPECT_EQ(rows[0][1].status, Status::unavailable);
  EXPECT_EQ(rows[0][1].message, "precision does not work here");
}

TEST(ProcessEvaluator, CarriesTheKindOfOutput) {
  const SetupRequest setup = fake_setup({"a"});
  PoolSet pools(fake_options(1), setup);
  ProcessEvaluator evaluator(pools, setup.preprocessing);
  EXPECT_EQ(evaluator.observe_exact({}, 0).output, OutputKind::log_probs);
}

TEST(ProcessEvaluator, ObservesExactlyInABatchOfCopies) {
  const SetupRequest setup = fake_setup({"a", "b", "c"});
  PoolSet pools(fake_options(1), setup);
  ProcessEvaluator evaluator(pools, setup.preprocessing);
  const oracle::Observation row = evaluator.observe_exact({{{"rotate", {12.5}}}, {}, 1}, 2);
  EXPECT_THAT(row.scores, testing::ElementsAre(2 + 12.5f + 7, 2.0f * ProcessEvaluator::kReferenceBatch, 0));
  EXPECT_EQ(evaluator.observe_exact({{{"rotate", {12.5}}}, {}, 1}, 2, /*fresh=*/true).scores, row.scores);
}

TEST(ProcessEvaluator, RefusesABatchSizeThatTheFileDoesNotTake) {
  SetupRequest setup = fake_setup({"a", "b"});
  setup.preprocessing.batch = 1;
  PoolSet pools(fake_options(1), setup);
  ProcessEvaluator evaluator(pools, setup.preprocessing);
  const space::Variance eight{{}, {{"batch_size", "8"}}, 0}, one{{}, {{"batch_size", "1"}}, 0};
  const auto rows = evaluator.observe(std::vector<space::Trial>{{eight, {0, 1}}, {{}, {0, 1}}, {one, {1}}});
  for (const oracle::Observation& row :
       {rows[0][0], rows[0][1], evaluator.observe_exact(eight, 0), evaluator.observe_exact(eight, 0, true)}) {
    EXPECT_EQ(row.status, Status::unavailable);
    EXPECT_EQ(row.message, "the model file takes batches of 1 only (input.batch of its preprocessing)");
  }
  EXPECT_EQ(rows[1][1].scores[0], 1);
  EXPECT_EQ(rows[2][0].scores[0], 1);
  EXPECT_EQ(evaluator.forwards(), 3u);
}

TEST(ProcessEvaluator, GivesTheSameRowsForAnyNumberOfPools) {
  const SetupRequest setup = fake_setup(std::vector<std::string>(50, "environment"));
  std::vector<space::Trial> trials = some_trials(setup);
  for (const char* value : {"sse41", "avx2"}) trials.push_back({{{}, {{"onednn_isa", value}}, 0}, all_of(setup)});
  std::vector<std::vector<std::vector<std::vector<float>>>> results;
  for (const std::size_t max_pools : {1, 4}) {
    PoolSet pools(fake_options(2), setup, max_pools);
    ProcessEvaluator evaluator(pools, setup.preprocessing);
    results.push_back(scores(evaluator.observe(trials)));
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0][4][49][2], 2.0f);
  EXPECT_EQ(results[0][5][49][2], 0.0f);
}

TEST(ProcessEvaluator, TakesTheBatchSizeFromKnobThenFileThenDefault) {
  SetupRequest setup = fake_setup({"a", "b"});
  PoolSet pools(fake_options(1), setup);
  EXPECT_EQ(ProcessEvaluator(pools, setup.preprocessing).observe_exact({}, 1).scores[1], 32);
  setup.preprocessing.batch = 5;
  EXPECT_EQ(ProcessEvaluator(pools, setup.preprocessing).observe_exact({}, 1).scores[1], 5);
  setup.preprocessing.batch.reset();
  const space::Variance knob{{}, {{"batch_size", "8"}}, 0};
  EXPECT_EQ(ProcessEvaluator(pools, setup.preprocessing).observe_exact(knob, 1).scores[1], 8 + 100);
  EXPECT_THROW(ProcessEvaluator(pools, setup.preprocessing).observe_exact({{}, {{"batch_size", "x"}}, 0}, 1), Error);
}

TEST(ProcessEvaluator, SumsTimingsAndForwards) {
  const SetupRequest setup = fake_setup({"a", "b", "c"});
  PoolSet pools(fake_options(2), setup);
  ProcessEvaluator evaluator(pools, setup.preprocessing);
  evaluator.observe(std::vector<space::Trial>{{{}, {0, 1, 2}}, {{{}, {{"precision", "bf16"}}, 0}, {0}}});
  EXPECT_EQ(evaluator.forwards(), 2 * ProcessEvaluator::kReferenceBatch);
  EXPECT_DOUBLE_EQ(evaluator.timings().forward_s, 1.0);
}

}  // namespace
}  // namespace robustcheck::eval
