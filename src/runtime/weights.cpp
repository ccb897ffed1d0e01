#include "weights.h"

#include <ATen/ATen.h>

#include <set>
#include <vector>

#include "held_tensors.h"
#include "layers.h"
#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {
namespace {

using torch::jit::Module;

[[noreturn]] void unavailable(const std::string& reason) { throw ModelFailure(oracle::Status::unavailable, reason); }

std::string counted(std::size_t part, std::size_t whole, const std::string& what) {
  return std::to_string(part) + " of " + std::to_string(whole) + " " + what;
}

/// Whoever holds the tensor sees the new values: set_data() changes it in place. Before the first forward pass only.
void replace(at::Tensor tensor, const at::Tensor& value) { tensor.set_data(value.detach()); }

at::Tensor quantized(const at::Tensor& weight, std::int64_t channels, double levels) {
  const at::Tensor turned = weight.transpose(0, channels);
  const at::Tensor rows = turned.flatten(1);
  const at::Tensor largest = std::get<0>(rows.abs().max(1, /*keepdim=*/true));
  const at::Tensor step = at::where(largest == 0, at::ones_like(largest), largest / levels);
  return (rows / step).round().mul(step).view(turned.sizes()).transpose(0, channels).contiguous();
}

bool can_be_rounded(const at::Tensor& weight) { return weight.dim() >= 2 && weight.numel() > 0; }

/// "", or "; 3 of 8 layers are out of reach: quantized already".
std::string out_of_reach(const Layers& layers) {
  if (layers.packed + layers.unreached == 0) return "";
  return "; " + counted(layers.packed + layers.unreached, layers.count, "layers are out of reach: ") +
         (layers.packed > 0 ? "quantized already" : "their weights are computed");
}

[[noreturn]] void no_weights(const Layers& layers) {
  if (layers.packed > 0)
    unavailable("the file is quantized already: the weights of " + std::to_string(layers.packed) +
                " layers are packed int8");
  unavailable("no weight of a convolution or linear layer was found in the file");
}

std::vector<at::Tensor> floating_parameters(const Module& module, const Layers& layers) {
  std::vector<at::Tensor> found;
  std::set<const c10::TensorImpl*> seen;
  const auto add = [&](const at::Tensor& tensor) {
    if (tensor.is_floating_point() && seen.insert(tensor.unsafeGetTensorImpl()).second) found.push_back(tensor);
  };
  for (const at::Tensor& parameter : module.parameters()) add(parameter);
  for (const at::Tensor& parameter : layers.parameters) add(parameter);
  return found;
}

std::string round_weights(const Module& module, at::ScalarType type, const std::string& name) {
  const Layers layers = layers_of(module);
  const std::vector<at::Tensor> found = floating_parameters(module, layers);
  if (found.empty()) no_weights(layers);
  for (const at::Tensor& weight : found) replace(weight, weight.to(type).to(weight.scalar_type()));
  return std::to_string(found.size()) + " parameters rounded to " + name + out_of_reach(layers);
}

at::ScalarType complex_type(at::ScalarType type) {
  if (type == at::kDouble) return at::kComplexDouble;
  if (type == at::kHalf) return at::kComplexHalf;
  unavailable(std::string("the network has complex weights, and no complex number is made of ") + c10::toString(type));
}

std::string convert(const Module& module, at::ScalarType type, const std::string& name) {
  const std::vector<at::Tensor> tensors = held_tensors(module);
  std::size_t converted = 0;
  for (const at::Tensor& tensor : tensors) {
    if (!tensor.is_floating_point() && !tensor.is_complex()) continue;
    replace(tensor, tensor.to(tensor.is_complex() ? complex_type(type) : type));
    ++converted;
  }
  if (converted == 0 && holds_packed_weights(module)) no_weights(layers_of(module));
  refresh_constant_types(module);
  return counted(converted, tensors.size(), "tensors cast to ") + name;
}

}  // namespace

std::string quantize_weights(Module& module, WeightOnly weight_only) {
  if (weight_only == WeightOnly::off) return "";
  const double levels = weight_only == WeightOnly::int8 ? 127.0 : weight_only == WeightOnly::int6 ? 31.0 : 7.0;
  const Layers layers = layers_of(module);
  std::size_t rounded = 0;
  for (const LayerWeight& weight : layers.weights) {
    if (!can_be_rounded(weight.tensor)) continue;
    replace(weight.tensor, quantized(weight.tensor, weight.channels, levels));
    ++rounded;
  }
  if (rounded == 0) no_weights(layers);
  return counted(rounded, layers.weights.size(), "weights rounded") + out_of_reach(layers);
}

std::string set_precision(Module& module, Precision precision) {
  if (precision == Precision::fp32 || precision == Precision::autocast_bf16) return "";
  if (precision == Precision::weights_bf16) return round_weights(module, at::kBFloat16, "bf16");
  if (precision == Precision::weights_fp16) return round_weights(module, at::kHalf, "fp16");
  return convert(module, input_type(precision), name_of(precision));
}

std::string set_channels_last(Module& module) {
  std::size_t found = 0;
  for (const at::Tensor& tensor : held_tensors(module)) {
    if (tensor.dim() != 4 || tensor.layout() != at::kStrided || tensor.is_quantized()) continue;
    // Not contiguous(): that leaves the strides of a weight of 1 x 1 or of one channel as they are.
    replace(tensor,
            tensor.to(tensor.options(), /*non_blocking=*/false, /*copy=*/false, at::MemoryFormat::ChannelsLast));
    ++found;
  }
  refresh_constant_types(module);
  return std::to_string(found) + " tensors stored in channels_last";
}

std::uint64_t tensor_bytes(const Module& module) {
  std::uint64_t bytes = 0;
  for (const at::Tensor& tensor : held_tensors(module)) bytes += tensor.nbytes();
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
