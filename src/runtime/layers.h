#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstddef>
#include <vector>

namespace robustcheck::runtime {

/// The weight of a convolution or linear layer, as the file holds it.
struct LayerWeight {
  at::Tensor tensor;
  std::int64_t channels = 0;  ///< its dimension of output channels
};

struct Layers {
  std::vector<LayerWeight> weights;    ///< each tensor once, even where several layers share it
  std::vector<at::Tensor> parameters;  ///< these, and weights and biases of normalisation layers
  std::size_t count = 0;               ///< layers, those of `unreached` and `packed` included
  std::size_t unreached = 0;           ///< whose weight is computed, or not found
  std::size_t packed = 0;              ///< that are quantized already
};

/// Looks through the code of `forward` with every call inlined. A weight is followed from the operator that uses it
/// through transpositions, slices and casts to the attribute or constant that it comes from.
Layers layers_of(const torch::jit::Module& module);

}  // namespace robustcheck::runtime
