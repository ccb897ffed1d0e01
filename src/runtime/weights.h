#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>

#include "settings.h"

namespace robustcheck::runtime {

/// Rounds weights of more than one dimension per output channel (the first dimension), symmetrically to
/// L = 2^(bits - 1) - 1 levels each side, and back: w' = s * round(w / s) with s = max|w| / L. Simulates weight-only
/// quantisation (Nagel et al. 2021, arXiv 2106.08295); the arithmetic stays float.
void quantize_weights(torch::jit::Module& module, WeightOnly weight_only);

/// Converts weights and buffers (fp64, bf16, fp16), or rounds the weights and casts them back (weights_*).
void set_precision(torch::jit::Module& module, Precision precision);

/// Stores 4-dimensional weights in channels_last.
void set_channels_last(torch::jit::Module& module);

/// Bytes of parameters, buffers and tensor constants.
std::uint64_t tensor_bytes(const torch::jit::Module& module);

/// Type of the input that a network of this precision takes.
at::ScalarType input_type(Precision precision);

}  // namespace robustcheck::runtime
