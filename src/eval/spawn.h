#pragma once

#include <sys/types.h>

#include "robustcheck/base/fd.h"
#include "robustcheck/eval/worker_pool.h"

namespace robustcheck::eval {

struct Spawned {
  pid_t pid = -1;
  Fd socket;  ///< to the worker
  Fd errors;  ///< read end of its stderr, non-blocking; none if verbose
};

/// Starts `worker --socket 3` in a process group of its own (Ctrl-C reaches the coordinator only) with no other
/// descriptor than its socket, stdin from and stdout to /dev/null. Throws Error{usage} if the program cannot be
/// started.
Spawned spawn_worker(const PoolOptions& options);

}  // namespace robustcheck::eval
