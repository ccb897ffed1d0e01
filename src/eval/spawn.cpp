#include "spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "robustcheck/base/error.h"

extern char** environ;

namespace robustcheck::eval {
namespace {

constexpr int kWorkerSocket = 3;

/// No bug: descriptors or memory ran out.
[[noreturn]] void fail(const std::string& problem, int error) {
  throw Error(ErrorKind::usage, problem + ": " + std::strerror(error));
}

/// Above the standard descriptors and the worker's, so that no spawn action overwrites what a later one needs.
Fd moved_up(const Fd& low) {
  const int high = fcntl(low.get(), F_DUPFD_CLOEXEC, kWorkerSocket + 1);
  if (high < 0) fail("cannot start a worker", errno);
  return Fd(high);
}

std::array<Fd, 2> socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("cannot open a socket pair", errno);
  const Fd first(ends[0]), second(ends[1]);
  return {moved_up(first), moved_up(second)};
}

/// Read end (non-blocking) and write end.
std::array<Fd, 2> error_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("cannot open a pipe", errno);
  const Fd first(ends[0]), second(ends[1]);
  fcntl(first.get(), F_SETFL, O_NONBLOCK);
  return {moved_up(first), moved_up(second)};
}

/// FACTS: without the OpenMP settings two busy workers slow each other down by an order of magnitude; without the
/// allocator's, large activations fault in fresh pages in every forward pass.
std::vector<std::string> worker_environment(const std::map<std::string, std::string>& added) {
  constexpr const char* kOneGibibyte = "1073741824";
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const std::size_t equals = text.find('='); equals != std::string_view::npos)
      variables[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  variables["OMP_WAIT_POLICY"] = "PASSIVE";
  variables["GOMP_SPINCOUNT"] = "0";
  variables["OMP_NUM_THREADS"] = "1";
  variables["MKL_NUM_THREADS"] = "1";
  variables["MALLOC_MMAP_THRESHOLD_"] = kOneGibibyte;
  variables["MALLOC_TRIM_THRESHOLD_"] = kOneGibibyte;
  for (const auto& [name, value] : added) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

struct Actions {
  posix_spawn_file_actions_t value;
  Actions() { posix_spawn_file_actions_init(&value); }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
};

struct Attributes {
  posix_spawnattr_t value;
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

void set_descriptors(Actions& actions, int socket, int errors) {
  posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (errors >= 0) {
    posix_spawn_file_actions_addopen(&actions.value, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions.value, errors, STDERR_FILENO);
  } else {
    posix_spawn_file_actions_adddup2(&actions.value, STDERR_FILENO, STDOUT_FILENO);
  }
  posix_spawn_file_actions_adddup2(&actions.value, socket, kWorkerSocket);
  posix_spawn_file_actions_addclosefrom_np(&actions.value, kWorkerSocket + 1);
}

void set_signals(Attributes& attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes.value, &none);
  posix_spawnattr_setsigdefault(&attributes.value, &all);
  posix_spawnattr_setpgroup(&attributes.value, 0);
  posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/// The kernel ends a worker when the thread that started it ends (PR_SET_PDEATHSIG in worker/main.cpp), not the
/// process: all workers are started by one thread that lives as long as the program.
class Starter {
 public:
  static Starter& instance() {
    static Starter starter;
    return starter;
  }
  ~Starter() {
    run([this] { stopping_ = true; });
    thread_.join();
  }
  Starter(const Starter&) = delete;
  Starter& operator=(const Starter&) = delete;

  /// Returns when the thread has run `work`.
  void run(const std::function<void()>& work) {
    std::packaged_task<void()> task(work);
    std::future<void> done = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    waiting_.notify_one();
    done.get();
  }

 private:
  Starter()
      : thread_([this] {
          while (!stopping_) next()();
        }) {}

  std::packaged_task<void()> next() {
    std::unique_lock lock(mutex_);
    waiting_.wait(lock, [this] { return !tasks_.empty(); });
    std::packaged_task<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<std::packaged_task<void()>> tasks_;
  bool stopping_ = false;  ///< written and read by the thread alone
  std::thread thread_;     ///< last: it uses the others
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Spawned spawn_worker(const PoolOptions& options) {
  std::array<Fd, 2> sockets = socket_pair();
  std::array<Fd, 2> errors;
  if (!options.verbose) errors = error_pipe();
  Actions actions;
  set_descriptors(actions, sockets[1].get(), errors[1].get());
  Attributes attributes;
  set_signals(attributes);
  std::vector<std::string> arguments = {options.worker.string(), "--socket", std::to_string(kWorkerSocket)};
  std::vector<std::string> environment = worker_environment(options.environment);
  Spawned spawned{-1, std::move(sockets[0]), std::move(errors[0])};
  int error = 0;
  Starter::instance().run([&] {
    error = posix_spawn(&spawned.pid, options.worker.c_str(), &actions.value, &attributes.value,
                        pointers(arguments).data(), pointers(environment).data());
  });
  if (error != 0)
    throw Error(ErrorKind::usage,
                options.worker.string() + ": the worker program cannot be started: " + std::strerror(error));
  return spawned;
}

}  // namespace robustcheck::eval
