#include "weights.h"

#include <ATen/ATen.h>

#include <functional>
#include <vector>

namespace robustcheck::runtime {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;
using Rewrite = std::function<at::Tensor(const at::Tensor&)>;

void collect_constants(Block* block, std::vector<Node*>& found) {
  for (Node* node : block->nodes()) {
    if (node->kind() == torch::jit::prim::Constant && node->hasAttribute(torch::jit::attr::value) &&
        node->kindOf(torch::jit::attr::value) == torch::jit::AttributeKind::t)
      found.push_back(node);
    for (Block* inner : node->blocks()) collect_constants(inner, found);
  }
}

std::vector<Node*> tensor_constants(const Module& module) {
  std::vector<Node*> found;
  collect_constants(module.get_method("forward").graph()->block(), found);
  return found;
}

/// A file that was frozen before it was saved holds its weights as constants of the graph. It must be rewritten before
/// the first forward pass: later edits are ignored without a word.
void rewrite_constants(Module& module, const Rewrite& rewrite) {
  for (Node* node : tensor_constants(module)) {
    const at::Tensor& constant = node->t(torch::jit::attr::value);
    if (!constant.is_floating_point()) continue;
    const at::Tensor rewritten = rewrite(constant);
    node->t_(torch::jit::attr::value, rewritten);
    node->output()->inferTypeFrom(rewritten);
  }
}

/// Floating-point weights; of a network without parameters its constants.
void rewrite_weights(Module& module, const Rewrite& rewrite) {
  bool has_parameters = false;
  for (at::Tensor parameter : module.parameters()) {
    has_parameters = true;
    if (parameter.is_floating_point()) parameter.set_data(rewrite(parameter.detach()));
  }
  if (!has_parameters) rewrite_constants(module, rewrite);
}

at::Tensor quantized(const at::Tensor& weight, double levels) {
  if (weight.dim() < 2 || weight.numel() == 0) return weight;
  const at::Tensor rows = weight.flatten(1);
  const at::Tensor largest = std::get<0>(rows.abs().max(1, /*keepdim=*/true));
  const at::Tensor step = at::where(largest == 0, at::ones_like(largest), largest / levels);
  return (rows / step).round().mul(step).view(weight.sizes());
}

void round_weights(Module& module, at::ScalarType type) {
  rewrite_weights(module, [type](const at::Tensor& weight) { return weight.to(type).to(weight.scalar_type()); });
}

void convert(Module& module, at::ScalarType type) {
  module.to(type);
  if (module.parameters().size() == 0)
    rewrite_constants(module, [type](const at::Tensor& constant) { return constant.to(type); });
}

}  // namespace

void quantize_weights(Module& module, WeightOnly weight_only) {
  if (weight_only == WeightOnly::off) return;
  const double levels = weight_only == WeightOnly::int8 ? 127.0 : weight_only == WeightOnly::int6 ? 31.0 : 7.0;
  rewrite_weights(module, [levels](const at::Tensor& weight) { return quantized(weight, levels); });
}

void set_precision(Module& module, Precision precision) {
  if (precision == Precision::weights_bf16) return round_weights(module, at::kBFloat16);
  if (precision == Precision::weights_fp16) return round_weights(module, at::kHalf);
  if (precision != Precision::fp32) convert(module, input_type(precision));
}

void set_channels_last(Module& module) {
  rewrite_weights(module, [](const at::Tensor& weight) {
    return weight.dim() == 4 ? weight.contiguous(at::MemoryFormat::ChannelsLast) : weight;
  });
}

std::uint64_t tensor_bytes(const Module& module) {
  std::uint64_t bytes = 0;
  for (const at::Tensor& parameter : module.parameters()) bytes += parameter.nbytes();
  for (const at::Tensor& buffer : module.buffers()) bytes += buffer.nbytes();
  for (const Node* node : tensor_constants(module)) bytes += node->t(torch::jit::attr::value).nbytes();
  return bytes;
}

at::ScalarType input_type(Precision precision) {
  switch (precision) {
    case Precision::bf16:
      return at::kBFloat16;
    case Precision::fp16:
      return at::kHalf;
    case Precision::fp64:
      return at::kDouble;
    default:
      return at::kFloat;
  }
}

}  // namespace robustcheck::runtime
