#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "robustcheck/codec/codec.h"
#include "robustcheck/eval/pool_set.h"
#include "robustcheck/space/catalogue.h"
#include "test_models.h"

namespace robustcheck::runtime {
namespace {

namespace fs = std::filesystem;
using eval::ForwardReply;
using eval::ForwardRequest;
using eval::Reply;
using oracle::Status;
using space::Assignment;
using testing::HasSubstr;

/// Real workers that run one picture through a real network.
class ProcessKnobs : public testing::Test {
 protected:
  ProcessKnobs() : picture_(fs::temp_directory_path() / ("rc-process-knobs-" + std::to_string(getpid()) + ".png")) {
    cv::Mat image(8, 8, CV_8UC3);
    for (int i = 0; i < 8 * 8 * 3; ++i) image.data[i] = static_cast<unsigned char>(i * 37 % 251);
    codec::write_png(picture_, image);
    options_.worker = ROBUSTCHECK_BINARY_DIR "/robustcheck-worker";
    setup_.model = model_file("traced.pt");
    setup_.preprocessing.input = {8, 8};
    setup_.preprocessing.mean = {0.5, 0.5, 0.5};
    setup_.preprocessing.std = {0.25, 0.25, 0.25};
    setup_.images.push_back({picture_, "picture", std::string(64, 'a'), std::nullopt});
  }
  ~ProcessKnobs() override { fs::remove(picture_); }

  static eval::Request job(const Assignment& config) {
    return ForwardRequest{config, std::vector<eval::WorkItem>(32), 1};
  }
  static std::vector<eval::Request> jobs_of_every_value() {
    std::vector<eval::Request> jobs;
    for (const space::KnobInfo& knob : space::all_knobs())
      for (std::size_t i = 1; knob.scope == "process" && i < knob.values.size(); ++i)
        jobs.push_back(job({{knob.name, knob.values[i]}}));
    return jobs;
  }
  static std::string message(const Reply& reply) {
    const auto* failure = std::get_if<eval::Failure>(&reply);
    if (failure == nullptr) return "";
    EXPECT_EQ(failure->status, Status::unavailable) << failure->message;
    return failure->message;
  }

  fs::path picture_;
  eval::PoolOptions options_;
  eval::SetupRequest setup_;
};

TEST_F(ProcessKnobs, HoldInTheirPoolOrSayWhatHoldsInstead) {
  eval::PoolSet pools(options_, setup_, 1);
  const std::vector<eval::Request> jobs = jobs_of_every_value();
  const std::vector<Reply> replies = pools.run(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& [knob, value] = *std::get<ForwardRequest>(jobs[i]).config.begin();
    const std::string problem = message(replies[i]);
    if (!problem.empty()) {
      EXPECT_THAT(problem, HasSubstr(knob + "=" + value + " does not hold in this process: "));
    }
#ifdef __x86_64__  // any such CPU can do the oldest of each
    if (value == "default" || value == "sse41" || value == "bf16" || value == "compatible") {
      EXPECT_EQ(problem, "") << knob << "=" << value;
    }
#endif
  }
}

TEST_F(ProcessKnobs, AreRefusedInAProcessThatWasNotStartedForThem) {
  eval::WorkerPool plain(options_, setup_);
  const std::vector<eval::Request> jobs = {job({{"cpu_capability", "default"}}), job({{"onednn_isa", "sse41"}}),
                                           job({{"mkl_cbwr", "compatible"}}), job({{"onednn_fpmath", "tf32"}})};
  for (const Reply& reply : plain.run(jobs)) EXPECT_THAT(message(reply), HasSubstr("does not hold in this process"));
}

TEST_F(ProcessKnobs, GiveTheSameBitsInAFreshWorker) {
  eval::PoolSet pools(options_, setup_);
  const eval::Request old = job({{"cpu_capability", "default"}, {"onednn_isa", "sse41"}});
  const Reply first = pools.run({&old, 1}).front(), fresh = pools.run_in_fresh_worker(old);
  ASSERT_EQ(message(first), message(fresh));
  if (!message(first).empty()) return;
  EXPECT_EQ(std::get<ForwardReply>(first).rows[0].scores, std::get<ForwardReply>(fresh).rows[0].scores);
}

}  // namespace
}  // namespace robustcheck::runtime
