#pragma once

#include <poll.h>

#include <optional>
#include <string>
#include <vector>

#include "frame.h"
#include "robustcheck/eval/messages.h"
#include "spawn.h"

namespace robustcheck::eval {

/// How a worker ended.
struct Death {
  Failure failure;     ///< crash or out_of_memory, with the last line of its stderr
  int exit_code = -1;  ///< -1: by a signal
};

/// One worker process and the connection to it. Only end() waits, and briefly.
class WorkerProcess {
 public:
  /// Throws Error{usage} if the program cannot be started.
  explicit WorkerProcess(const PoolOptions& options);
  /// Kills the process if it still runs.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Queues a message; exchange() sends it.
  void send(std::string_view payload);
  /// What to wait for before exchange() makes sense.
  void add_to(std::vector<pollfd>& set) const;
  /// Sends and receives as much as is possible without waiting.
  void exchange();
  /// The next message. Throws Error{internal} when the peer speaks no or another protocol.
  std::optional<std::string> receive() { return input_.next(); }
  bool closed() const { return closed_; }
  bool has_input() const { return !input_.empty(); }

  /// Closes the connection, at which a worker ends by itself.
  void hang_up() { socket_.reset(); }
  /// Reaps the process if it has ended.
  bool reap();
  /// Kills its whole process group and reaps it.
  void kill();
  /// What it died of, after closed(); a process that lingers is killed.
  Death end();

 private:
  void send_some();
  void receive_some();
  void drain_errors();

  pid_t pid_ = -1;
  Fd socket_;
  Fd errors_;
  std::string output_;
  std::size_t sent_ = 0;
  FrameBuffer input_;
  std::string last_errors_;  ///< the end of what it wrote to stderr
  bool closed_ = false;
  bool killed_ = false;
  std::optional<int> wait_status_;
};

/// Waits until all have ended, at most `seconds`. They are expected to have been hung up.
void wait_for_ends(const std::vector<WorkerProcess*>& processes, double seconds);

}  // namespace robustcheck::eval
