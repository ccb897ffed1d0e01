#include "worker_process.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "plain_text.h"

namespace robustcheck::eval {
namespace {

constexpr std::size_t kKeptErrors = 2048;
constexpr std::size_t kMostPerExchange = 64 << 20;  // so that one worker cannot hold up the others
constexpr double kLingerSeconds = 1.0;

/// Phrases in which the C++ library, LibTorch and glibc say that memory ran out.
constexpr std::array kOutOfMemoryPhrases = {"bad_alloc", "t allocate memory", "not enough memory"};

bool says_out_of_memory(const std::string& text) {
  return std::any_of(kOutOfMemoryPhrases.begin(), kOutOfMemoryPhrases.end(),
                     [&](const char* phrase) { return text.find(phrase) != std::string::npos; });
}

std::string ending(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return "worker ended with exit code " + std::to_string(WEXITSTATUS(wait_status));
  const int number = WTERMSIG(wait_status);
  const char* name = sigabbrev_np(number);
  return "worker ended by signal " + std::to_string(number) +
         (name == nullptr ? "" : std::string(" (SIG") + name + ")");
}

}  // namespace

WorkerProcess::WorkerProcess(const PoolOptions& options) {
  Spawned spawned = spawn_worker(options);
  pid_ = spawned.pid;
  socket_ = std::move(spawned.socket);
  errors_ = std::move(spawned.errors);
}

WorkerProcess::~WorkerProcess() { kill(); }

void WorkerProcess::send(std::string_view payload) {
  const FrameHeader header = frame_header(payload.size());
  output_.append(header.data(), header.size());
  output_.append(payload);
}

void WorkerProcess::add_to(std::vector<pollfd>& set) const {
  const short events = output_.empty() ? POLLIN : POLLIN | POLLOUT;
  if (!closed_) set.push_back({socket_.get(), events, 0});
  if (errors_.get() >= 0) set.push_back({errors_.get(), POLLIN, 0});
}

void WorkerProcess::exchange() {
  drain_errors();
  receive_some();
  send_some();
}

void WorkerProcess::send_some() {
  while (!closed_ && sent_ < output_.size()) {
    const ssize_t done =
        ::send(socket_.get(), output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done >= 0)
      sent_ += static_cast<std::size_t>(done);
    else if (errno == EAGAIN)
      return;
    else if (errno != EINTR)
      closed_ = true;
  }
  std::string().swap(output_);
  sent_ = 0;
}

void WorkerProcess::receive_some() {
  std::array<char, 65536> chunk;
  std::size_t total = 0;
  while (!closed_ && total < kMostPerExchange) {
    const ssize_t got = recv(socket_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got > 0) {
      input_.append({chunk.data(), static_cast<std::size_t>(got)});
      total += static_cast<std::size_t>(got);
      if (static_cast<std::size_t>(got) < chunk.size()) return;
    } else if (got < 0 && errno == EAGAIN) {
      return;
    } else if (got == 0 || errno != EINTR) {
      closed_ = true;
    }
  }
}

void WorkerProcess::drain_errors() {
  std::array<char, 4096> chunk;
  for (int reads = 0; errors_.get() >= 0 && reads < 64; ++reads) {
    const ssize_t got = read(errors_.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return errors_.reset();
    last_errors_.append(chunk.data(), static_cast<std::size_t>(got));
    if (last_errors_.size() > kKeptErrors) last_errors_.erase(0, last_errors_.size() - kKeptErrors);
  }
}

bool WorkerProcess::reap() {
  if (wait_status_) return true;
  int status = 0;
  pid_t ended = 0;
  do ended = waitpid(pid_, &status, WNOHANG);
  while (ended < 0 && errno == EINTR);
  if (ended == 0) return false;
  wait_status_ = ended < 0 ? 0 : status;  // ended < 0: someone else reaped it
  return true;
}

void WorkerProcess::kill() {
  hang_up();
  if (reap()) return;
  killed_ = true;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  wait_status_ = status;
}

Death WorkerProcess::end() {
  hang_up();
  wait_for_ends({this}, kLingerSeconds);
  drain_errors();
  kill();
  const std::string line = last_line(last_errors_);
  const std::string reason = line.empty() ? "" : ": " + line;
  if (killed_) return {{oracle::Status::crash, "worker closed its connection" + reason}};
  const bool by_signal = WIFSIGNALED(*wait_status_);
  if (by_signal && WTERMSIG(*wait_status_) == SIGKILL)
    return {
        {oracle::Status::out_of_memory, ending(*wait_status_) + ", as the system does when memory runs out" + reason}};
  if (by_signal && WTERMSIG(*wait_status_) == SIGALRM)
    return {{oracle::Status::timeout, "decoding and perturbing took longer than --timeout allows" + reason}};
  const auto status = says_out_of_memory(last_errors_) ? oracle::Status::out_of_memory : oracle::Status::crash;
  return {{status, ending(*wait_status_) + reason}, by_signal ? -1 : WEXITSTATUS(*wait_status_)};
}

void wait_for_ends(const std::vector<WorkerProcess*>& processes, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
  const auto ended = [](WorkerProcess* process) { return process->reap(); };
  while (!std::all_of(processes.begin(), processes.end(), ended) && Clock::now() < deadline) poll(nullptr, 0, 1);
}

}  // namespace robustcheck::eval
