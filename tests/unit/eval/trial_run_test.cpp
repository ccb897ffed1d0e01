#include "trial_run.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace robustcheck::eval {
namespace {

using oracle::Status;
using testing::Each;
using testing::ElementsAre;

/// A pool that fails a job if any of its items, or its configuration, is bad.
class FakePool {
 public:
  Status failure = Status::crash;
  std::set<ImageIndex> bad_images;
  std::string bad_transform;
  std::string bad_value;
  std::vector<ForwardRequest> jobs;  ///< all that were run

  std::vector<Reply> run(std::span<const Request> requests) {
    std::vector<Reply> replies;
    for (const Request& request : requests) {
      jobs.push_back(std::get<ForwardRequest>(request));
      replies.push_back(answer(jobs.back()));
    }
    return replies;
  }

 private:
  bool is_bad(const WorkItem& item) const {
    const bool bad_step = std::any_of(item.data.begin(), item.data.end(),
                                      [&](const auto& step) { return step.transform == bad_transform; });
    return bad_step || bad_images.contains(item.image);
  }
  Reply answer(const ForwardRequest& job) const {
    bool bad = std::any_of(job.items.begin(), job.items.end(), [&](const WorkItem& item) { return is_bad(item); });
    for (const auto& [knob, value] : job.config) bad = bad || value == bad_value;
    if (bad) return Failure{failure, "bad"};
    ForwardReply reply;
    for (std::size_t i = 0; i < job.wanted; ++i)
      reply.rows.push_back(
          oracle::make_observation({static_cast<float>(job.items[i].image), 0.0f}, OutputKind::logits));
    return reply;
  }
};

space::Trial trial(ImageIndex images, space::Variance variance = {}) {
  space::Trial result{std::move(variance), {}};
  for (ImageIndex i = 0; i < images; ++i) result.images.push_back(i);
  return result;
}

space::Variance step(const std::string& transform) { return {{{transform, {1.0}}}, {}, 0}; }
space::Variance knob(const std::string& value) { return {{}, {{"precision", value}}, 0}; }

class ObserveTrials : public testing::Test {
 protected:
  Observations observe(const std::vector<space::Trial>& trials, std::size_t batch_size = 4) {
    const auto groups = form_groups(trials, [&](const space::Assignment&) { return batch_size; });
    return observe_trials(trials, groups, [this](std::span<const Request> jobs) { return pool_.run(jobs); }, proven_);
  }
  static std::vector<Status> statuses(const std::vector<oracle::Observation>& rows) {
    std::vector<Status> result;
    for (const auto& row : rows) result.push_back(row.status);
    return result;
  }

  FakePool pool_;
  std::set<space::Assignment> proven_;
};

TEST_F(ObserveTrials, JoinsTrialsOfOneConfigurationInTheirOrder) {
  observe({trial(3), trial(2, knob("bf16")), trial(2, step("rotate"))});
  ASSERT_EQ(pool_.jobs.size(), 3u);
  EXPECT_EQ(pool_.jobs[0].items[3].data.front().transform, "rotate");
  EXPECT_EQ(pool_.jobs[0].wanted, 4u);
  EXPECT_TRUE(pool_.jobs[0].config.empty());
  EXPECT_EQ(pool_.jobs[2].config.at("precision"), "bf16");
}

TEST_F(ObserveTrials, PadsTheLastBatchWithItsFirstItem) {
  observe({trial(6)});
  ASSERT_EQ(pool_.jobs.size(), 2u);
  EXPECT_EQ(pool_.jobs[1].wanted, 2u);
  ASSERT_EQ(pool_.jobs[1].items.size(), 4u);
  EXPECT_EQ(pool_.jobs[1].items[3].image, 4u);
}

TEST_F(ObserveTrials, PutsEveryRowWhereItBelongs) {
  const Observations rows = observe({trial(5), trial(0), trial(3, knob("bf16")), trial(6, step("rotate"))});
  ASSERT_EQ(rows.size(), 4u);
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t i = 0; i < rows[t].size(); ++i) EXPECT_EQ(rows[t][i].scores[0], static_cast<float>(i));
  EXPECT_EQ(rows[1].size(), 0u);
  EXPECT_EQ(rows[3].size(), 6u);
}

TEST_F(ObserveTrials, BlamesOnlyTheImagesThatFailAlone) {
  pool_.bad_images = {1, 6};
  const auto rows = observe({trial(8)});
  EXPECT_THAT(statuses(rows[0]), ElementsAre(Status::ok, Status::crash, Status::ok, Status::ok, Status::ok, Status::ok,
                                             Status::crash, Status::ok));
  EXPECT_EQ(rows[0][1].message, "bad");
}

TEST_F(ObserveTrials, RunsEachImageAloneInABatchOfCopies) {
  pool_.bad_images = {1};
  observe({trial(4)});
  ASSERT_EQ(pool_.jobs.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(pool_.jobs[1 + i].wanted, 1u);
    EXPECT_EQ(pool_.jobs[1 + i].items.size(), 4u);
    for (const WorkItem& item : pool_.jobs[1 + i].items) EXPECT_EQ(item.image, i);
  }
}

TEST_F(ObserveTrials, FailsTheRestOfABrokenConfigurationWithoutRunningIt) {
  pool_.bad_value = "fp16";
  pool_.failure = Status::model_error;
  const auto rows = observe({trial(400, knob("fp16")), trial(8)});
  EXPECT_THAT(statuses(rows[0]), Each(Status::model_error));
  EXPECT_THAT(statuses(rows[1]), Each(Status::ok));
  EXPECT_LE(pool_.jobs.size(), 14u);
}

TEST_F(ObserveTrials, TakesUnavailableForTheWholeConfiguration) {
  pool_.bad_value = "fp16";
  pool_.failure = Status::unavailable;
  const auto rows = observe({trial(40, knob("fp16"))});
  EXPECT_THAT(statuses(rows[0]), Each(Status::unavailable));
  EXPECT_EQ(pool_.jobs.size(), 2u);  // the sample only
}

TEST_F(ObserveTrials, DoesNotBlameTheConfigurationForATransform) {
  pool_.bad_transform = "rotate";
  const auto rows = observe({trial(40, step("rotate")), trial(40)});
  EXPECT_THAT(statuses(rows[0]), Each(Status::crash));
  EXPECT_THAT(statuses(rows[1]), Each(Status::ok));
}

TEST_F(ObserveTrials, ExaminesATrialThatAlwaysFailsOnce) {
  observe({trial(8)});
  pool_.jobs.clear();
  pool_.bad_transform = "rotate";
  const auto rows = observe({trial(40, step("rotate")), trial(40)});
  EXPECT_THAT(statuses(rows[0]), Each(Status::crash));
  EXPECT_EQ(pool_.jobs.size(), 24u);  // 20 batches, 4 images of the first alone
}

TEST_F(ObserveTrials, KeepsWhatOtherTrialsGetFromASharedBatch) {
  pool_.bad_transform = "rotate";
  const auto rows = observe({trial(2, step("rotate")), trial(2)});
  EXPECT_THAT(statuses(rows[0]), Each(Status::crash));
  EXPECT_THAT(statuses(rows[1]), Each(Status::ok));
}

TEST_F(ObserveTrials, WaitsForTwoImagesAtMostIfAllHang) {
  pool_.bad_value = "slow";
  pool_.failure = Status::timeout;
  const auto rows = observe({trial(64, knob("slow"))}, 32);
  EXPECT_THAT(statuses(rows[0]), Each(Status::timeout));
  EXPECT_EQ(pool_.jobs.size(), 3u);
}

TEST_F(ObserveTrials, LosesThreeWorkersAtMostToAConfigurationThatAlwaysCrashes) {
  pool_.bad_value = "int8";
  const auto rows = observe({trial(64, knob("int8"))}, 32);
  EXPECT_THAT(statuses(rows[0]), Each(Status::crash));
  EXPECT_EQ(pool_.jobs.size(), 3u);
}

TEST_F(ObserveTrials, FindsTheImageThatCrashesAConfigurationThatWorksOtherwise) {
  pool_.bad_images = {5};
  const auto rows = observe({trial(8, knob("bf16"))}, 8);
  EXPECT_EQ(std::count_if(rows[0].begin(), rows[0].end(), [](const auto& row) { return row.ok(); }), 7);
  EXPECT_EQ(rows[0][5].status, Status::crash);
}

TEST_F(ObserveTrials, FindsTheImageThatHangs) {
  pool_.bad_images = {5};
  pool_.failure = Status::timeout;
  const auto rows = observe({trial(8)}, 8);
  EXPECT_EQ(std::count_if(rows[0].begin(), rows[0].end(), [](const auto& row) { return row.ok(); }), 7);
  EXPECT_EQ(rows[0][5].status, Status::timeout);
}

TEST_F(ObserveTrials, DoesNotRepeatABatchOfOneImage) {
  pool_.bad_images = {0};
  observe({trial(1)});
  EXPECT_EQ(pool_.jobs.size(), 1u);
}

TEST_F(ObserveTrials, SamplesSeveralBatchesIfTheyAreSmall) {
  pool_.bad_images = {0};
  const auto rows = observe({trial(20)}, 1);
  EXPECT_EQ(rows[0][0].status, Status::crash);
  EXPECT_TRUE(rows[0][1].ok() && rows[0][19].ok());
}

}  // namespace
}  // namespace robustcheck::eval
