#include "job_queue.h"

#include <gmock/gmock.h>

#include "fake_pool.h"

namespace robustcheck::eval {
namespace {

using testing::ElementsAre;

Request job(const std::string& precision, const std::string& threads = "1") {
  return forward_job(0, 1, {{"precision", precision}, {"threads", threads}});
}

/// Indices of jobs as one worker takes them.
std::vector<std::size_t> order_of_one_worker(JobQueue& queue) {
  std::vector<std::size_t> order;
  JobQueue::Asker asker;
  while (const auto taken = queue.take(asker, 8)) {
    order.push_back(taken->index);
    asker.last_key = taken->key;
  }
  return order;
}

TEST(JobQueue, GroupsByConfiguration) {
  const std::vector<Request> jobs = {job("a"), job("b"), job("a"), job("c"), job("b")};
  JobQueue queue(jobs, 1);
  EXPECT_THAT(order_of_one_worker(queue), ElementsAre(0, 2, 1, 4, 3));
}

TEST(JobQueue, GivesASecondWorkerAnotherConfiguration) {
  const std::vector<Request> jobs = {job("a"), job("a"), job("b")};
  JobQueue queue(jobs, 2);
  const auto first = queue.take({}, 2);
  const JobQueue::Asker second{.running = {first->key}};
  EXPECT_EQ(queue.take(second, 1)->index, 2u);
  EXPECT_EQ(queue.take(second, 1)->index, 1u);  // then it helps the first
}

TEST(JobQueue, LetsAJobTakeAsManySlotsAsItHasThreads) {
  EXPECT_EQ(slots_of(job("a", "2"), 4), 2u);
  EXPECT_EQ(slots_of(job("a", "8"), 4), 4u);
  EXPECT_EQ(slots_of(job("a", "0"), 4), 1u);
  EXPECT_EQ(slots_of(job("a", "many"), 4), 1u);
  EXPECT_EQ(slots_of(CapabilitiesRequest{}, 4), 1u);
}

TEST(JobQueue, PassesOverJobsThatNeedMoreSlotsThanAreFree) {
  const std::vector<Request> jobs = {job("a", "2"), job("b")};
  JobQueue queue(jobs, 2);
  EXPECT_EQ(queue.take({}, 1)->index, 1u);
  EXPECT_EQ(queue.take({}, 1), std::nullopt);
  EXPECT_EQ(queue.take({}, 2)->slots, 2u);
}

TEST(JobQueue, SendsAJobWhereItsNetworkIsLoaded) {
  const std::vector<Request> jobs = {job("bf16"), job("fp16"), job("fp64", "2")};
  JobQueue queue(jobs, 2);
  const JobQueue::Asker asker{.loaded = {load_key(jobs[2])}, .elsewhere = {load_key(jobs[0])}};
  EXPECT_EQ(queue.take(asker, 2)->index, 2u) << "loaded here, under other knobs of the call";
  EXPECT_EQ(queue.take(asker, 2)->index, 1u) << "loaded nowhere";
  EXPECT_EQ(queue.take(asker, 2)->index, 0u) << "loaded elsewhere: better than to wait";
}

}  // namespace
}  // namespace robustcheck::eval
