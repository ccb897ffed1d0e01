#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>

#include "settings.h"

namespace robustcheck::runtime {

// Each of these says what it rewrote ("63 of 63 weights rounded to int4", "" where there was nothing to do), and throws
// ModelFailure{unavailable} where it found nothing to rewrite: a knob without an effect on a file must not pass for one
// without an effect on a network.

/// Rounds the weights of convolutions and linear layers (no table, no bias) per output channel, symmetrically to
/// L = 2^(bits - 1) - 1 levels each side, and back: w' = s * round(w / s) with s = max|w| / L. Simulates weight-only
/// quantisation (Nagel et al. 2021, arXiv 2106.08295); the arithmetic stays float.
std::string quantize_weights(torch::jit::Module& module, WeightOnly weight_only);

/// Converts all floating-point and complex tensors (fp64, bf16, fp16), as torch.nn.Module.to() does; or rounds
/// parameters, and constants that a layer multiplies by or adds, and casts them back (weights_*).
std::string set_precision(torch::jit::Module& module, Precision precision);

/// Stores 4-dimensional tensors in channels_last, with the strides of torch.nn.Module.to(memory_format=...).
std::string set_channels_last(torch::jit::Module& module);

/// Bytes of parameters, buffers and tensor constants.
std::uint64_t tensor_bytes(const torch::jit::Module& module);

/// Type of the input that a network of this precision takes.
at::ScalarType input_type(Precision precision);

}  // namespace robustcheck::runtime
