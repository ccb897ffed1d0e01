#pragma once

#include <cstddef>

namespace robustcheck::eval {

/// Worker processes of one pool, and pools beside the reference's.
struct PoolSizes {
  std::size_t workers, max_pools;
  bool operator==(const PoolSizes&) const = default;
};

/// What `open_files` descriptors allow of `wanted`: fewer pools, then fewer workers; at least one of each.
PoolSizes fitting(PoolSizes wanted, std::size_t open_files);

/// Raises this process's limit on open files as far as `wanted` needs and the system allows; returns the limit then.
std::size_t raise_open_files(PoolSizes wanted);

}  // namespace robustcheck::eval
