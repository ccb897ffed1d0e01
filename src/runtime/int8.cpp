#include "int8.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>
#include <torch/csrc/jit/passes/frozen_linear_folding.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/quantization/finalize.h>
#include <torch/csrc/jit/passes/quantization/insert_observers.h>
#include <torch/csrc/jit/passes/quantization/insert_quant_dequant.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "held_tensors.h"
#include "layers.h"

namespace robustcheck::runtime {
namespace {

using torch::jit::Block;
using torch::jit::Module;
using torch::jit::Node;

constexpr at::QEngine kEngines[] = {at::QEngine::X86, at::QEngine::ONEDNN, at::QEngine::FBGEMM, at::QEngine::QNNPACK};

[[noreturn]] void unavailable(const std::string& reason) { throw ModelFailure(oracle::Status::unavailable, reason); }

/// The sums of two 8-bit products overflow their 16 bits in these engines' kernels for CPUs without VNNI; torch.ao
/// gives their activations 7 bits for that reason (reduce_range).
bool saturates(Int8Engine engine) { return engine == Int8Engine::x86 || engine == Int8Engine::fbgemm; }

/// What torch.ao's MinMaxObserver computes, as TorchScript. `rows` is how an observed tensor is reduced to minima and
/// maxima. An observer that never ran (a dead branch) answers scale 1.
std::string observer_code(const std::string& low, const std::string& high, const std::string& qparams) {
  return R"(
def forward(self, x: Tensor) -> Tensor:
    self.min_val = torch.minimum(self.min_val, )" +
         low + R"()
    self.max_val = torch.maximum(self.max_val, )" +
         high + R"()
    return x

def calculate_qparams(self) -> Tuple[Tensor, Tensor]:
    if bool(torch.any(self.min_val > self.max_val)):
        return torch.ones([1]), torch.zeros([1], dtype=4)
    low = torch.minimum(self.min_val, torch.zeros_like(self.min_val))
    high = torch.maximum(self.max_val, torch.zeros_like(self.max_val))
)" + qparams;
}

Module make_observer(const std::string& name, at::ScalarType type, at::QScheme scheme, const std::string& code) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Module observer(c10::QualifiedName("__torch__.robustcheck." + name), std::make_shared<torch::jit::CompilationUnit>());
  const auto number = [&](const std::string& attribute, std::int64_t value) {
    observer.register_attribute(attribute, c10::IntType::get(), value);
  };
  observer.register_buffer("min_val", at::scalar_tensor(kInfinity));
  observer.register_buffer("max_val", at::scalar_tensor(-kInfinity));
  number("dtype", static_cast<std::int64_t>(type));
  number("qscheme", static_cast<std::int64_t>(scheme));
  number("ch_axis", 0);
  observer.define(code);
  return observer;
}

/// quint8, affine: the range that was seen, widened to hold 0.
Module activation_observer(int largest) {
  const std::string top = std::to_string(largest);
  return make_observer("ActivationObserver", at::kQUInt8, at::kPerTensorAffine,
                       observer_code("x.detach().min()", "x.detach().max()",
                                     "    scale = torch.clamp((high - low) / " + top + R"(.0, 1.1920928955078125e-07)
    zero_point = torch.clamp(0.0 - torch.round(low / scale), 0.0, )" +
                                         top + R"(.0)
    return scale, torch.to(zero_point, 4)
)"));
}

/// qint8, symmetric.
Module weight_observer(bool per_channel) {
  const std::string rows = per_channel ? "x.detach().flatten(1)" : "x.detach()";
  const std::string argument = per_channel ? "(1)[0]" : "()";
  return make_observer("WeightObserver", at::kQInt8, per_channel ? at::kPerChannelSymmetric : at::kPerTensorSymmetric,
                       observer_code(rows + ".min" + argument, rows + ".max" + argument,
                                     R"(    largest = torch.maximum(0.0 - low, high)
    scale = torch.clamp(largest / 127.5, 1.1920928955078125e-07)
    return scale, torch.to(torch.zeros_like(scale), 4)
)"));
}

/// The network as one graph, every call inlined and every branch decided that constants decide: the passes below look
/// at no graph but `forward`'s own, cannot read through calls, and refuse branches. Checks of the input that raise are
/// left out.
Module in_one_graph(Module module) {
  if (module.hasattr("training")) module = torch::jit::freeze(module, std::nullopt, /*optimize_numerics=*/false);
  std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph();
  torch::jit::Inline(*graph);
  torch::jit::EliminateExceptions(graph);
  torch::jit::ConstantPropagation(graph);
  torch::jit::FoldFrozenConvBatchnorm(graph);
  torch::jit::FoldFrozenLinearBatchnorm(graph);
  torch::jit::EliminateDeadCode(graph);
  return module;
}

bool is_one_of(const Node* node, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, node->kind().toQualString()) != names.end();
}

/// Whether this call observes what an operator hands to a ReLU and to nobody else: one quantized operator does both.
bool is_within_a_fused_operator(Node* call) {
  if (call->kind() != torch::jit::prim::CallMethod || call->inputs().size() != 2) return false;
  const auto& uses = call->output()->uses();
  return is_one_of(call->input(1)->node(), {"aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::_convolution",
                                            "aten::linear", "aten::addmm", "aten::add", "aten::add_"}) &&
         uses.size() == 1 && is_one_of(uses[0].user, {"aten::relu", "aten::relu_"});
}

/// Lets a call observe what the ReLU behind it returns.
void move_behind_relu(Node* call) {
  Node* relu = call->output()->uses()[0].user;
  call->output()->replaceAllUsesWith(call->input(1));
  call->moveAfter(relu);
  relu->output()->replaceAllUsesWith(call->output());
  call->replaceInput(1, relu->output());
}

/// The passes know an operator and its ReLU as calls of modules only: in one graph they would round what is between.
void observe_fused_operators_as_one(Block* block) {
  std::vector<Node*> calls;
  for (Node* node : block->nodes()) {
    for (Block* inner : node->blocks()) observe_fused_operators_as_one(inner);
    if (is_within_a_fused_operator(node)) calls.push_back(node);
  }
  for (Node* call : calls) move_behind_relu(call);
}

void calibrate(Module& observed, const CalibrationRun& calibration) {
  std::size_t batches = 0;
  if (calibration)
    calibration([&](const Batch& batch) {
      const at::Tensor borrowed = at::from_blob(const_cast<float*>(batch.values.data()),
                                                {batch.count, batch.channels, batch.height, batch.width}, at::kFloat);
      observed.forward({borrowed.clone()});
      ++batches;
    });
  if (batches == 0) unavailable("int8 needs calibration images and there are none");
}

}  // namespace

void use_engine(const VariantKey& key) {
  static const at::QEngine kDefault = at::globalContext().qEngine();
  const bool chosen = key.int8 != Int8::off || key.int8_engine != Int8Engine::x86;
  const at::QEngine engine = chosen ? kEngines[static_cast<std::size_t>(key.int8_engine)] : kDefault;
  const std::vector<at::QEngine>& supported = at::globalContext().supportedQEngines();
  if (chosen && std::find(supported.begin(), supported.end(), engine) == supported.end())
    unavailable("this LibTorch has no int8 engine " + c10::toString(engine));
  at::globalContext().setQEngine(engine);
  if (at::globalContext().qEngine() != engine)
    unavailable("LibTorch did not take int8 engine " + c10::toString(engine));
}

std::string quantize_static(Module& module, const VariantKey& key, const CalibrationRun& calibration) {
  if (holds_packed_weights(module)) unavailable("the file is quantized already");
  const Module activation = activation_observer(saturates(key.int8_engine) ? 127 : 255);
  const Module weight = weight_observer(key.int8 == Int8::static_per_channel);
  const torch::jit::QConfigDict config = {{"", std::make_tuple(activation, weight)}};
  constexpr auto kStatic = torch::jit::QuantType::STATIC;
  Module prepared = in_one_graph(std::move(module));
  const std::size_t layers = layers_of(prepared).count;
  Module observed = torch::jit::InsertObservers(prepared, "forward", config, /*inplace=*/false, kStatic);
  observe_fused_operators_as_one(observed.get_method("forward").graph()->block());
  calibrate(observed, calibration);
  Module marked = torch::jit::InsertQuantDeQuant(observed, "forward", /*inplace=*/false, /*debug=*/false, kStatic);
  module = torch::jit::Finalize(marked, kStatic);
  const std::size_t quantized = layers_of(module).packed;
  if (quantized == 0) unavailable("no convolution or linear layer was quantized");
  return std::to_string(quantized) + " of " + std::to_string(layers) + " layers quantized";
}

}  // namespace robustcheck::runtime
