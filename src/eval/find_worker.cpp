#include <unistd.h>

#include <cstdlib>

#include "robustcheck/base/error.h"
#include "robustcheck/eval/worker_pool.h"

namespace robustcheck::eval {
namespace fs = std::filesystem;

fs::path find_worker() {
  const char* variable = std::getenv("ROBUSTCHECK_WORKER");
  const bool is_set = variable != nullptr && *variable != '\0';
  const fs::path worker =
      is_set ? fs::path(variable) : fs::read_symlink("/proc/self/exe").parent_path() / "robustcheck-worker";
  if (access(worker.c_str(), X_OK) == 0 && fs::is_regular_file(worker)) return worker;
  throw Error(ErrorKind::usage,
              worker.string() + ": no such program" +
                  (is_set ? " (from ROBUSTCHECK_WORKER)"
                          : "; robustcheck-worker must lie beside robustcheck, or ROBUSTCHECK_WORKER name it"));
}

}  // namespace robustcheck::eval
