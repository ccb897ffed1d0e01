#pragma once

#include <torch/csrc/jit/api/module.h>

#include <vector>

namespace robustcheck::runtime {

/// Every tensor that a loaded module holds, each once, wherever the file keeps it: parameters, buffers and other
/// attributes of all its objects (in lists, tuples and dicts too), and constants in the graphs of all their methods and
/// of the functions that these call. set_data() on one of them changes it for all who use it.
std::vector<at::Tensor> held_tensors(const torch::jit::Module& module);

/// After set_data(): the constants' types in the graphs are those of the tensors again.
void refresh_constant_types(const torch::jit::Module& module);

/// True where the file holds weights packed for quantized operators, which are no tensors.
bool holds_packed_weights(const torch::jit::Module& module);

}  // namespace robustcheck::runtime
