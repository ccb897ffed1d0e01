#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "robustcheck/runtime/model.h"
#include "settings.h"

namespace robustcheck::runtime {

/// Makes the engine that was chosen, else LibTorch's own default, the one that packs and runs quantized operators.
/// A setting of the whole process. Throws ModelFailure{unavailable} for an engine that this LibTorch has not.
void use_engine(const VariantKey& key);

/// Static post-training quantisation by LibTorch's passes: convolution and batch norm folded, activations and weights
/// observed by their smallest and largest value while `calibration` runs through, then replaced by quantized operators.
/// Weights are symmetric, 8 bits, per tensor or per output channel; activations affine, 8 bits, 7 where the engine's
/// 16-bit sums saturate (x86, fbgemm). The module must not have run; the engine must be set. Says what was quantized.
/// Throws ModelFailure{unavailable} without calibration images, where no layer was quantized, and of a file that is
/// quantized already.
std::string quantize_static(torch::jit::Module& module, const VariantKey& key, const CalibrationRun& calibration);

}  // namespace robustcheck::runtime
