#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "robustcheck/base/error.h"
#include "robustcheck/eval/messages.h"

namespace robustcheck::runtime {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kWorker[] = ROBUSTCHECK_BINARY_DIR "/robustcheck-worker";

struct Outcome {
  int exit_code;
  std::string text;
};

Outcome run(const std::string& arguments) {
  FILE* const pipe = popen((std::string(kWorker) + " " + arguments).c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  return {WEXITSTATUS(pclose(pipe)), text};
}

TEST(WorkerProgram, PrintsItsVersion) {
  const Outcome outcome = run("--version");
  EXPECT_EQ(outcome.exit_code, kExitOk);
  EXPECT_THAT(outcome.text, StartsWith("robustcheck-worker "));
}

TEST(WorkerProgram, RefusesAnyOtherArguments) {
  for (const char* arguments : {"", "--help", "--socket", "--socket x", "--socket -1", "--socket 3 4"}) {
    const Outcome outcome = run(std::string(arguments) + " 2>&1");
    EXPECT_EQ(outcome.exit_code, kExitUsage) << arguments;
    EXPECT_THAT(outcome.text, StartsWith("usage: ")) << arguments;
  }
}

/// A worker that this test talks to over a socket pair.
class RunningWorker {
 public:
  RunningWorker() {
    std::array<int, 2> ends{};
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
    socket_ = ends[0];
    std::string name = kWorker, option = "--socket", number = "3";
    std::array<char*, 4> arguments = {name.data(), option.data(), number.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 3);
    EXPECT_EQ(posix_spawn(&pid_, kWorker, &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
  }
  int socket() const { return socket_; }
  int end() {
    close(socket_);
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int socket_ = -1;
  pid_t pid_ = -1;
};

TEST(WorkerProgram, AnswersRequestsUntilTheStreamEnds) {
  RunningWorker worker;
  for (int i = 0; i < 2; ++i) {
    eval::send_frame(worker.socket(), eval::encode(eval::Request(eval::CapabilitiesRequest{})));
    std::string payload;
    ASSERT_TRUE(eval::receive_frame(worker.socket(), payload));
    const eval::Reply reply = eval::decode_reply(payload);
    ASSERT_TRUE(std::holds_alternative<eval::CapabilitiesReply>(reply));
    EXPECT_THAT(std::get<eval::CapabilitiesReply>(reply).torch_version, HasSubstr("."));
  }
  EXPECT_EQ(worker.end(), kExitOk);
}

TEST(WorkerProgram, EndsAtAMessageOfAnotherProtocol) {
  RunningWorker worker;
  ASSERT_EQ(write(worker.socket(), "GET / HTTP/1.1\r\n\r\n", 18), 18);
  std::string payload;
  EXPECT_FALSE(eval::receive_frame(worker.socket(), payload));
  EXPECT_EQ(worker.end(), kExitInternal);
}

}  // namespace
}  // namespace robustcheck::runtime
