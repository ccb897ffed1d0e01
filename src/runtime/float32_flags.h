#pragma once

#include "settings.h"

namespace robustcheck::runtime {

/// What oneDNN may round float32 operands to, read back. Throws ModelFailure{unavailable} if it does not take it.
void apply(Float32 precision);

/// The switches of cuBLAS and cuDNN, read back. Throws ModelFailure{unavailable} for any but the reference where there
/// is no CUDA device.
void apply(const CudaSettings& settings);

/// The same, whether or not there is a device.
void set_cuda_flags(const CudaSettings& settings);

/// Throws ModelFailure{unavailable} where there is no CUDA device.
void require_cuda();

}  // namespace robustcheck::runtime
