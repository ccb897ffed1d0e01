#pragma once

#include "settings.h"

namespace robustcheck::runtime {

/// Sets LibTorch's process-wide switches and reads them back. Costs about a microsecond. Throws
/// ModelFailure{unavailable} for one that this machine or this LibTorch does not take.
void apply(const CallSettings& settings);

/// The switch of the interpreter; holds for the plans that are made under it.
void apply_fusion(bool on);

/// Denormal numbers count as zero in all threads of a forward pass, for as long as it lives. Pixels are computed in the
/// same thread, and must not notice.
class FlushDenormal {
 public:
  explicit FlushDenormal(const CallSettings& settings);
  ~FlushDenormal();
  FlushDenormal(const FlushDenormal&) = delete;
  FlushDenormal& operator=(const FlushDenormal&) = delete;

 private:
  const int threads_;  ///< 0: nothing to do
};

/// From now on LibTorch says the same warning once in this thread, not in every forward pass.
void warn_once();

}  // namespace robustcheck::runtime
