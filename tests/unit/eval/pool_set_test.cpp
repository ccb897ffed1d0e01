#include "robustcheck/eval/pool_set.h"

#include <gmock/gmock.h>

#include "fake_pool.h"
#include "robustcheck/base/error.h"

namespace robustcheck::eval {
namespace {

using oracle::Status;
using space::Environment;
using testing::ElementsAre;
using testing::HasSubstr;

const Environment kOld = {{"ATEN_CPU_CAPABILITY", "default"}};
const Environment kSse = {{"ONEDNN_MAX_CPU_ISA", "SSE41"}};
const Environment kCompatible = {{"MKL_CBWR", "COMPATIBLE"}};

Request plain() { return forward_job(1); }
Request old_kernels() { return forward_job(1, 2, {{"cpu_capability", "default"}}); }
Request sse() { return forward_job(1, 2, {{"onednn_isa", "sse41"}}); }
Request compatible() { return forward_job(1, 2, {{"mkl_cbwr", "compatible"}}); }

std::vector<float> scores(const Reply& reply) { return std::get<ForwardReply>(reply).rows.at(0).scores; }

/// The worker says which of these variables it was started with in place of its last score.
SetupRequest telling_setup() { return fake_setup({"good", "environment", "hang"}); }

TEST(PoolSet, StartsWorkersInTheEnvironmentOfTheirJobs) {
  PoolSet pools(fake_options(1), telling_setup());
  const std::vector<Request> jobs = {plain(), old_kernels(), sse(), compatible()};
  const std::vector<Reply> replies = pools.run(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) EXPECT_EQ(scores(replies[i]).back(), static_cast<float>(i));
}

TEST(PoolSet, JoinsTheKnobsOfAConfigurationInOnePool) {
  PoolSet pools(fake_options(1), telling_setup());
  const Request both = forward_job(1, 2, {{"onednn_isa", "sse41"}, {"mkl_cbwr", "compatible"}, {"precision", "bf16"}});
  EXPECT_EQ(scores(pools.run({&both, 1}).front()).back(), 2.0f + 3.0f);
  EXPECT_THAT(pools.open_pools(),
              ElementsAre(Environment{{"MKL_CBWR", "COMPATIBLE"}, {"ONEDNN_MAX_CPU_ISA", "SSE41"}}));
}

TEST(PoolSet, AnswersInOrderAndAlikeForAnyNumberOfWorkersAndPools) {
  std::vector<Request> jobs;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Request job = std::array{plain(), old_kernels(), sse(), compatible()}[seed * 7 % 4];
    std::get<ForwardRequest>(job).items[0].seed = seed;
    jobs.push_back(job);
  }
  std::vector<std::vector<std::vector<float>>> results;
  for (const auto& [workers, max_pools] : {std::pair{1, 4}, {2, 1}, {3, 2}}) {
    PoolSet pools(fake_options(static_cast<std::size_t>(workers)), telling_setup(),
                  static_cast<std::size_t>(max_pools));
    results.emplace_back();
    for (const Reply& reply : pools.run(jobs)) results.back().push_back(scores(reply));
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) EXPECT_EQ(results[0][i][0], 1.0f + 7.0f * static_cast<float>(i));
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

/// A worker ends with the thread that started it: that must not be one of those that wait for the pools.
TEST(PoolSet, KeepsWorkersThatRanSideBySide) {
  PoolSet pools(fake_options(2), telling_setup());
  const std::vector<Request> jobs = {old_kernels(), sse()};
  pools.run(jobs);
  const double started = pools.start_seconds();
  for (int i = 0; i < 5; ++i)
    for (const Reply& reply : pools.run(jobs)) EXPECT_TRUE(std::holds_alternative<ForwardReply>(reply));
  EXPECT_EQ(pools.start_seconds(), started) << "a worker was started again";
}

TEST(PoolSet, ClosesTheLeastRecentlyUsedPool) {
  PoolSet pools(fake_options(1), telling_setup(), 2);
  for (const Request& job : {old_kernels(), sse(), old_kernels(), compatible()}) pools.run({&job, 1});
  EXPECT_THAT(pools.open_pools(), ElementsAre(kCompatible, kOld));
}

TEST(PoolSet, RunsWhatIsOpenBeforeItOpensMore) {
  PoolSet pools(fake_options(1), telling_setup(), 1);
  const Request first = sse();
  pools.run({&first, 1});
  const std::vector<Request> jobs = {compatible(), sse()};
  pools.run(jobs);
  EXPECT_THAT(pools.open_pools(), ElementsAre(kCompatible));
}

TEST(PoolSet, NeverClosesTheReferencePool) {
  PoolSet pools(fake_options(1), telling_setup(), 1);
  const Request who = CapabilitiesRequest{};
  const auto pid = [&] { return std::get<CapabilitiesReply>(pools.run({&who, 1}).front()).torch_version; };
  const std::string before = pid();
  for (const Request& job : {old_kernels(), sse(), compatible()}) pools.run({&job, 1});
  EXPECT_EQ(pid(), before);
}

TEST(PoolSet, CountsTheSecondsOfEveryStart) {
  PoolSet pools(fake_options(1), telling_setup(), 1);
  double before = pools.start_seconds();
  EXPECT_EQ(before, 0.0);
  for (const Request& job : {plain(), old_kernels(), sse()}) {
    pools.run({&job, 1});
    EXPECT_GT(pools.start_seconds(), before);
    before = pools.start_seconds();
    pools.run({&job, 1});
    EXPECT_EQ(pools.start_seconds(), before);
  }
  pools.run_in_fresh_worker(plain());
  EXPECT_GT(pools.start_seconds(), before);
}

TEST(PoolSet, RunsAFreshWorkerInTheEnvironmentOfItsJob) {
  PoolSet pools(fake_options(1), telling_setup());
  EXPECT_EQ(scores(pools.run_in_fresh_worker(sse())).back(), 2.0f);
  EXPECT_EQ(scores(pools.run_in_fresh_worker(plain())).back(), 0.0f);
}

TEST(PoolSet, AnswersForWorkersThatDoNotStartInAnEnvironment) {
  PoolSet pools(fake_options(1), fake_setup({"good", "environment"}, "dies-of-sse"));
  const std::vector<Request> jobs = {sse(), plain(), compatible()};
  const std::vector<Reply> replies = pools.run(jobs);
  for (const Reply& reply : {replies[0], pools.run_in_fresh_worker(sse())}) {
    ASSERT_TRUE(std::holds_alternative<Failure>(reply));
    EXPECT_EQ(std::get<Failure>(reply).status, Status::unavailable);
    EXPECT_THAT(std::get<Failure>(reply).message,
                testing::AllOf(HasSubstr("ONEDNN_MAX_CPU_ISA=SSE41"), HasSubstr("SIGILL")));
  }
  EXPECT_EQ(scores(replies[1]).back(), 0.0f);
  EXPECT_EQ(scores(replies[2]).back(), 3.0f);
}

TEST(PoolSet, ThrowsForAModelThatTheReferenceCannotLoad) {
  PoolSet pools(fake_options(1), fake_setup({"good"}, "/x/state_dict"));
  const Request job = forward_job(0);
  EXPECT_THROW(pools.run({&job, 1}), Error);
}

TEST(PoolSet, InterruptsEveryPool) {
  PoolSet pools(fake_options(1), telling_setup());
  const Request opened = sse();
  pools.run({&opened, 1});
  pools.set_interrupt([] { return true; });
  for (const Request& job : {plain(), sse(), compatible()}) {
    try {
      pools.run({&job, 1});
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::interrupted);
    }
  }
}

}  // namespace
}  // namespace robustcheck::eval
