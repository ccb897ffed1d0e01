#include "robustcheck/eval/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace robustcheck::eval {
namespace {

constexpr std::size_t kOfWorker = 2;  // its socket and what it says on stderr
constexpr std::size_t kOthers = 16;   // standard streams, the run's files, and a worker that starts

std::size_t needed(PoolSizes sizes) { return kOthers + kOfWorker * sizes.workers * (1 + sizes.max_pools); }

}  // namespace

PoolSizes fitting(PoolSizes wanted, std::size_t open_files) {
  PoolSizes sizes = wanted;
  while (sizes.max_pools > 1 && needed(sizes) > open_files) --sizes.max_pools;
  while (sizes.workers > 1 && needed(sizes) > open_files) --sizes.workers;
  return sizes;
}

std::size_t raise_open_files(PoolSizes wanted) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return needed(wanted);
  if (limit.rlim_cur < needed(wanted) && limit.rlim_cur < limit.rlim_max) {
    rlimit raised = {std::min<rlim_t>(needed(wanted), limit.rlim_max), limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur;
}

}  // namespace robustcheck::eval
