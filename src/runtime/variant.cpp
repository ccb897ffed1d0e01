#include "variant.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/csrc/jit/serialization/import.h>

#include "failure.h"
#include "float32_flags.h"
#include "graph_edit.h"
#include "held_tensors.h"
#include "int8.h"
#include "robustcheck/base/text.h"
#include "weights.h"

namespace robustcheck::runtime {
namespace {

using torch::jit::Module;

constexpr std::uint64_t kOverheadBytes = 1 << 20;  // graph, plans, scratch

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& problem) {
  throw ModelFailure(oracle::Status::model_error, path.string() + ": " + problem);
}

bool takes_tensor(const c10::Argument& argument) { return c10::TensorType::get()->isSubtypeOf(*argument.type()); }

void require_image_input(const Module& module, const std::filesystem::path& path) {
  const auto forward = module.find_method("forward");
  if (!forward) fail(path, "the module has no method forward");
  const std::vector<c10::Argument>& arguments = forward->function().getSchema().arguments();
  std::vector<std::string> needed;
  for (std::size_t i = 1; i < arguments.size(); ++i)
    if (!arguments[i].default_value()) needed.push_back(arguments[i].name());
  if (needed.size() > 1)
    fail(path, "forward takes " + std::to_string(needed.size()) + " inputs (" + needed[0] + ", " + needed[1] +
                   (needed.size() > 2 ? ", ..." : "") + "); robustcheck gives it one, a batch of images");
  if (arguments.size() < 2) fail(path, "forward takes no input; robustcheck gives it one, a batch of images");
  if (!takes_tensor(arguments[1]))
    fail(path,
         "forward takes a " + arguments[1].type()->repr_str() + "; robustcheck gives it one tensor N x C x H x W");
}

/// A file that was frozen before it was saved has lost its training flag, and cannot be frozen again.
void freeze(Module& module) {
  if (!module.hasattr("training"))
    throw ModelFailure(oracle::Status::unavailable,
                       "the file was frozen before it was saved: graph=as_saved is frozen");
  module = torch::jit::freeze(module);
}

/// Editing has frozen the network without what freezing usually does to the numbers.
void complete_freeze(Module& module) {
  std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph();
  torch::jit::OptimizeFrozenGraph(graph, /*optimize_numerics=*/true);
}

/// Why two of these knobs cannot be combined, or "".
std::string conflict(const VariantKey& key) {
  if (key.int8 == Int8::off) return "";
  if (key.precision != Precision::fp32) return "int8 quantizes a network in fp32, not one of another precision";
  if (key.weight_only != WeightOnly::off) return "int8 quantizes the weights itself: weight_only must be off";
  if (key.graph != Graph::as_saved) return "int8 freezes the graph in its own way: graph must be as_saved";
  return "";
}

/// The order matters: rounding works on the weights as they are, types must change before a freeze folds them.
/// Says what was rewritten.
std::string convert(Module& module, const VariantKey& key, const CalibrationRun& calibration) {
  if (key.int8 == Int8::off && key.int8_engine != Int8Engine::x86 && !holds_packed_weights(module))
    throw ModelFailure(oracle::Status::unavailable, "int8_engine needs int8, or a file that is quantized already");
  std::vector<std::string> done = {quantize_weights(module, key.weight_only), set_precision(module, key.precision)};
  if (key.memory_format == MemoryFormat::channels_last) done.push_back(set_channels_last(module));
  done.push_back(edit_graph(module, key.edits));
  if (key.int8 != Int8::off) done.push_back(quantize_static(module, key, calibration));
  if (key.graph != Graph::as_saved && !key.edits.empty())
    complete_freeze(module);
  else if (key.graph == Graph::frozen)
    freeze(module);
  if (key.graph == Graph::optimized) module = torch::jit::optimize_for_inference(module);
  std::erase(done, "");
  return join(done, "; ");
}

}  // namespace

Module load_module(const std::filesystem::path& path, at::DeviceType device) {
  if (device == at::kCUDA) require_cuda();
  Module module = guarded(path.string(), [&] { return torch::jit::load(path.string(), at::Device(device)); });
  require_image_input(module, path);
  module.eval();
  return module;
}

Variant make_variant(const std::filesystem::path& path, const VariantKey& key, const CalibrationRun& calibration) {
  if (const std::string reason = conflict(key); !reason.empty())
    throw ModelFailure(oracle::Status::unavailable, reason);
  const at::NoGradGuard no_grad;
  const at::DeviceType device = key.device == Device::cuda ? at::kCUDA : at::kCPU;
  Variant variant{.module = load_module(path, device), .type = input_type(key.precision), .device = device};
  if (key.memory_format == MemoryFormat::channels_last) variant.memory_format = at::MemoryFormat::ChannelsLast;
  const std::uint64_t copies = key.graph == Graph::optimized ? 2 : 1;  // oneDNN packs its own
  const std::uint64_t loaded_bytes = tensor_bytes(variant.module);     // what int8 packs is no tensor any more
  try {
    variant.note = convert(variant.module, key, calibration);
  } catch (...) {
    const ModelFailure failure = current_failure("this network cannot be converted");
    if (failure.status != oracle::Status::model_error) throw failure;
    throw ModelFailure(oracle::Status::unavailable, failure.what());
  }
  variant.bytes = copies * std::max(loaded_bytes, tensor_bytes(variant.module)) + kOverheadBytes;
  return variant;
}

}  // namespace robustcheck::runtime
