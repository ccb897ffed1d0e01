#include "robustcheck/eval/worker_pool.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>

#include "fake_pool.h"
#include "robustcheck/base/error.h"

namespace robustcheck::eval {
namespace {

using oracle::Status;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<std::string> kNames = {"good",  "crash",   "kill",    "exit", "bad_alloc", "hang",
                                         "throw", "garbage", "foreign", "half", "missing"};

ImageIndex image(const std::string& name) {
  return static_cast<ImageIndex>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
}

Reply run_one(WorkerPool& pool, const Request& job) { return pool.run({&job, 1}).front(); }

Failure failure_of(const std::string& name, PoolOptions options = fake_options(1)) {
  WorkerPool pool(std::move(options), fake_setup(kNames));
  return std::get<Failure>(run_one(pool, forward_job(image(name))));
}

Error error_of_setup(const std::string& model, PoolOptions options = fake_options(1)) {
  WorkerPool pool(std::move(options), fake_setup(kNames, model));
  try {
    run_one(pool, forward_job(0));
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "no error");
}

CapabilitiesReply describe(WorkerPool& pool) {
  return std::get<CapabilitiesReply>(run_one(pool, CapabilitiesRequest{}));
}
pid_t pid_of(WorkerPool& pool) { return std::stoi(describe(pool).torch_version); }

PoolOptions impatient() {
  PoolOptions options = fake_options(1);
  options.timeout_s = 0.25;
  return options;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST(WorkerPool, AnswersJobsInOrder) {
  WorkerPool pool(fake_options(3), fake_setup(kNames));
  std::vector<Request> jobs;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    ForwardRequest job = forward_job(0, 2, {{"precision", std::string(1 + seed % 3, 'x')}});
    job.items[0].seed = seed;
    jobs.emplace_back(job);
  }
  const std::vector<Reply> replies = pool.run(jobs);
  ASSERT_EQ(replies.size(), 50u);
  for (std::size_t i = 0; i < 50; ++i)
    EXPECT_EQ(std::get<ForwardReply>(replies[i]).rows.at(0).scores.at(0), 7.0f * static_cast<float>(i));
}

TEST(WorkerPool, AnswersOtherJobsThanForwardPasses) {
  WorkerPool pool(fake_options(1), fake_setup(kNames, ""));
  PerturbRequest job;
  job.item.image = 5;
  EXPECT_EQ(std::get<PerturbReply>(run_one(pool, job)).picture.width, 5);
}

TEST(WorkerPool, KeepsAWorkerBetweenRuns) {
  WorkerPool pool(fake_options(1), fake_setup(kNames));
  EXPECT_EQ(pid_of(pool), pid_of(pool));
}

TEST(WorkerPool, StartsNoMoreWorkersThanAsked) {
  WorkerPool pool(fake_options(3), fake_setup(kNames));
  const std::vector<Request> jobs(30, CapabilitiesRequest{});
  std::set<std::string> pids;
  for (const Reply& reply : pool.run(jobs, 1)) pids.insert(std::get<CapabilitiesReply>(reply).torch_version);
  EXPECT_EQ(pids.size(), 1u);
}

TEST(WorkerPool, LetsJobsWithMoreThreadsThanWorkersRun) {
  WorkerPool pool(fake_options(2), fake_setup(kNames));
  const std::vector<Request> jobs = {forward_job(0), forward_job(0, 2, {{"threads", "4"}}), forward_job(0)};
  for (const Reply& reply : pool.run(jobs)) EXPECT_TRUE(std::holds_alternative<ForwardReply>(reply));
}

TEST(WorkerPool, SendsASetupThatIsLargerThanTheSocketBuffer) {
  WorkerPool pool(fake_options(2), fake_setup(std::vector<std::string>(50000, "good")));
  EXPECT_TRUE(std::holds_alternative<ForwardReply>(run_one(pool, forward_job(49999))));
}

TEST(WorkerPool, NamesTheSignalAndTheLastWordsOfACrash) {
  const Failure failure = failure_of("crash");
  EXPECT_EQ(failure.status, Status::crash);
  EXPECT_EQ(failure.message, "worker ended by signal 11 (SIGSEGV): last words");
}

TEST(WorkerPool, LetsWorkersWriteToStderrIfVerbose) {
  PoolOptions options = fake_options(1);
  options.verbose = true;
  testing::internal::CaptureStderr();
  const Failure failure = failure_of("crash", options);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "some earlier line\nlast words\n");
  EXPECT_EQ(failure.message, "worker ended by signal 11 (SIGSEGV)");
}

TEST(WorkerPool, NamesTheExitCodeOfAWorkerThatEnds) {
  const Failure failure = failure_of("exit");
  EXPECT_EQ(failure.status, Status::crash);
  EXPECT_EQ(failure.message, "worker ended with exit code 3");
}

TEST(WorkerPool, RecognisesThatMemoryRanOut) {
  EXPECT_EQ(failure_of("kill").status, Status::out_of_memory);
  EXPECT_EQ(failure_of("bad_alloc").status, Status::out_of_memory);
}

TEST(WorkerPool, PassesOnWhatTheModelSays) {
  const Failure failure = failure_of("throw");
  EXPECT_EQ(failure.status, Status::model_error);
  EXPECT_EQ(failure.message, "this image makes it throw");
}

TEST(WorkerPool, KillsAWorkerThatExceedsItsDeadline) {
  const Failure failure = failure_of("hang", impatient());
  EXPECT_EQ(failure.status, Status::timeout);
  EXPECT_EQ(failure.message, "no answer within 1 s");  // the first job of a configuration gets four times the time
}

TEST(WorkerPool, KillsAWorkerThatStopsWithinAMessage) {
  EXPECT_EQ(failure_of("half", impatient()).status, Status::timeout);
}

TEST(WorkerPool, TakesABrokenProtocolForACrash) {
  for (const char* name : {"garbage", "foreign", "missing"}) {
    const Failure failure = failure_of(name);
    EXPECT_EQ(failure.status, Status::crash);
    EXPECT_THAT(failure.message, StartsWith("worker broke the protocol: "));
  }
}

TEST(WorkerPool, RestartsAWorkerThatDied) {
  WorkerPool pool(fake_options(1), fake_setup(kNames));
  const std::vector<Request> jobs = {forward_job(image("crash")), forward_job(0), forward_job(image("exit")),
                                     forward_job(0)};
  const std::vector<Reply> replies = pool.run(jobs);
  for (const std::size_t i : {0u, 2u}) EXPECT_TRUE(std::holds_alternative<Failure>(replies[i])) << i;
  for (const std::size_t i : {1u, 3u}) EXPECT_TRUE(std::holds_alternative<ForwardReply>(replies[i])) << i;
}

TEST(WorkerPool, BlamesNoJobForAWorkerThatDiedWhileIdle) {
  WorkerPool pool(fake_options(1), fake_setup(kNames));
  const pid_t pid = pid_of(pool);
  kill(pid, SIGKILL);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(std::holds_alternative<ForwardReply>(run_one(pool, forward_job(0))));
  EXPECT_NE(pid_of(pool), pid);
}

TEST(WorkerPool, RunsAJobInAFreshWorker) {
  WorkerPool pool(fake_options(1), fake_setup(kNames));
  const pid_t pid = pid_of(pool);
  const Reply fresh = pool.run_in_fresh_worker(CapabilitiesRequest{});
  EXPECT_NE(std::stoi(std::get<CapabilitiesReply>(fresh).torch_version), pid);
  EXPECT_EQ(pid_of(pool), pid);
}

TEST(WorkerPool, ReportsAModelThatCannotBeLoaded) {
  const Error error = error_of_setup("/x/state_dict");
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_STREQ(error.what(), "/x/state_dict: this is a state_dict");
}

TEST(WorkerPool, GivesUpOnAModelThatKillsTheWorkerWhileLoading) {
  const Error error = error_of_setup("/x/crash");
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_THAT(error.what(),
              AllOf(StartsWith("/x/crash: "), HasSubstr("kills the worker while loading"), HasSubstr("SIGSEGV")));
}

TEST(WorkerPool, TriesASetupTwice) {
  std::string folder = testing::TempDir() + "/setup-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  {
    WorkerPool pool(fake_options(1), fake_setup(kNames, folder + "/dies-once"));
    EXPECT_TRUE(std::holds_alternative<ForwardReply>(run_one(pool, forward_job(0))));
  }
  std::filesystem::remove_all(folder);
}

TEST(WorkerPool, GivesUpOnAModelThatHangsWhileLoading) {
  PoolOptions options = fake_options(1);
  options.setup_timeout_s = 0.2;
  const Error error = error_of_setup("/x/hang", options);
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_THAT(error.what(), HasSubstr("no answer within 0.2 s"));
}

TEST(WorkerPool, NamesBothVersionsOfAMismatch) {
  const Error error = error_of_setup("version");
  EXPECT_EQ(error.kind(), ErrorKind::internal);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr("protocol 99"), HasSubstr("this program " + std::to_string(kProtocolVersion))));
}

TEST(WorkerPool, ReportsAnInternalErrorOfTheWorker) {
  const Error error = error_of_setup("internal");
  EXPECT_EQ(error.kind(), ErrorKind::internal);
  EXPECT_THAT(error.what(), HasSubstr("a bug"));
}

TEST(WorkerPool, ReportsAMissingProgram) {
  PoolOptions options = fake_options(1);
  options.worker = "/nowhere/robustcheck-worker";
  const Error error = error_of_setup("good", options);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.what(), AllOf(StartsWith("/nowhere/robustcheck-worker: "), HasSubstr("No such file")));
}

TEST(WorkerPool, StartsWorkersApartFromTheTerminal) {
  PoolOptions options = fake_options(1);
  options.environment = {{"FAKE_WORKER_MARK", "here"}, {"GOMP_SPINCOUNT", "5"}};
  WorkerPool pool(options, fake_setup(kNames));
  const CapabilitiesReply worker = describe(pool);
  EXPECT_EQ(worker.opencv_version, "0 1 2 3");         // descriptors
  EXPECT_EQ(worker.codec_versions, "PASSIVE 5 here");  // environment
  EXPECT_TRUE(worker.native_bf16);                     // a process group of its own
}

TEST(WorkerPool, StopsWhenItIsInterrupted) {
  WorkerPool pool(fake_options(1), fake_setup(kNames));
  int polls = 0;
  pool.set_interrupt([&] { return ++polls > 5; });
  const std::vector<Request> jobs(100, forward_job(0));
  try {
    pool.run(jobs);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  pool.set_interrupt({});
  EXPECT_TRUE(std::holds_alternative<ForwardReply>(run_one(pool, forward_job(0))));
}

TEST(WorkerPool, LeavesNoProcessAndNoDescriptorBehind) {
  const std::size_t before = open_descriptors();
  {
    WorkerPool pool(fake_options(2), fake_setup(kNames));
    const std::vector<Request> jobs = {forward_job(0), forward_job(image("crash")), forward_job(image("foreign")),
                                       forward_job(0)};
    pool.run(jobs);
    pool.run_in_fresh_worker(forward_job(image("kill")));
  }
  error_of_setup("crash");
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(FindWorker, PrefersTheEnvironmentVariable) {
  setenv("ROBUSTCHECK_WORKER", ROBUSTCHECK_FAKE_WORKER, 1);
  EXPECT_EQ(find_worker(), ROBUSTCHECK_FAKE_WORKER);
  setenv("ROBUSTCHECK_WORKER", "/nowhere/worker", 1);
  try {
    find_worker();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), AllOf(StartsWith("/nowhere/worker: "), HasSubstr("ROBUSTCHECK_WORKER")));
  }
  unsetenv("ROBUSTCHECK_WORKER");
}

}  // namespace
}  // namespace robustcheck::eval
