#include "layers.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace robustcheck::runtime {
namespace {

using c10::IValue;
using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

/// Operators whose result is their first input, turned, cut, cast or scaled.
constexpr std::string_view kCarriers[] = {
    "aten::t",          "aten::transpose",  "aten::chunk",          "aten::split",
    "aten::slice",      "aten::select",     "aten::detach",         "aten::to",
    "aten::contiguous", "aten::view",       "aten::reshape",        "aten::unsqueeze",
    "aten::squeeze",    "aten::flatten",    "aten::alias",          "aten::clone",
    "aten::type_as",    "aten::batch_norm", "aten::permute",        "aten::_weight_norm",
    "aten::unbind",     "prim::ListUnpack", "prim::unchecked_cast", "prim::data"};
constexpr std::string_view kTurns[] = {"aten::t", "aten::transpose"};
constexpr std::string_view kConvolutions[] = {"aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::_convolution",
                                              "aten::convolution"};
constexpr std::string_view kTransposed[] = {"aten::conv_transpose1d", "aten::conv_transpose2d",
                                            "aten::conv_transpose3d"};
constexpr std::string_view kProducts[] = {"aten::matmul", "aten::mm", "aten::bmm"};
constexpr std::string_view kNorms[] = {"aten::batch_norm", "aten::layer_norm", "aten::group_norm",
                                       "aten::instance_norm"};

bool is_in(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// Where the weight of a layer is: which input, and whether its output channels are the first dimension.
struct Operand {
  std::size_t input = 0;
  std::int64_t channels = 0;  ///< -1: the last dimension
};

/// Nothing for a node that is no layer.
std::optional<Operand> weight_of(Node* node) {
  const std::string name = node->kind().toQualString();
  if (name == "aten::linear") return Operand{1, 0};
  if (is_in(name, kTransposed)) return Operand{1, 1};
  if (is_in(name, kProducts)) return Operand{1, -1};
  if (name == "aten::addmm") return Operand{2, -1};
  if (!is_in(name, kConvolutions)) return std::nullopt;
  const std::optional<IValue> transposed =
      node->hasNamedInput("transposed") ? torch::jit::toIValue(node->namedInput("transposed")) : std::nullopt;
  return Operand{1, transposed && transposed->isBool() && transposed->toBool() ? 1 : 0};
}

/// Quantized operators that multiply by packed weights.
bool is_packed(const std::string& name) {
  return name.starts_with("quantized::") && name.find("pack") == std::string::npos &&
         (name.find("::conv") != std::string::npos || name.find("::linear") != std::string::npos);
}

class Finder {
 public:
  explicit Finder(const Module& module) : module_(module) {}

  Layers run() {
    const std::shared_ptr<Graph> graph = module_.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    look_at(graph->block());
    return std::move(layers_);
  }

 private:
  struct Source {
    at::Tensor tensor;
    bool turned = false;
  };

  void look_at(Block* block) {
    for (Node* node : block->nodes()) {
      layer(node);
      norm(node);
      for (Block* inner : node->blocks()) look_at(inner);
    }
  }

  void layer(Node* node) {
    if (is_packed(node->kind().toQualString())) return packed_layer(node);
    const std::optional<Operand> operand = weight_of(node);
    if (!operand || operand->input >= node->inputs().size()) return;
    const std::vector<Source> sources = sources_of(node->input(operand->input));
    if (sources.empty() && is_in(node->kind().toQualString(), kProducts)) return;  // of two activations
    ++layers_.count;
    layers_.unreached += sources.empty() ? 1 : 0;
    for (const Source& source : sources) add_weight(source, operand->channels);
    add_parameters(node->input(operand->input));
    if (node->kind() == torch::jit::aten::addmm) add_parameters(node->input(0));
    if (!is_in(node->kind().toQualString(), kProducts)) add_named(node, {"bias"});
  }

  /// A dynamically quantized layer has an operator in each of several branches.
  void packed_layer(Node* node) {
    const std::optional<IValue> weights = node->inputs().size() > 1 ? held_value(node->input(1)) : std::nullopt;
    const bool known = weights && weights->isObject() && !known_packed_.insert(weights->toObject().get()).second;
    if (known) return;
    ++layers_.count;
    ++layers_.packed;
  }

  void norm(Node* node) {
    if (is_in(node->kind().toQualString(), kNorms)) add_named(node, {"weight", "bias"});
  }

  void add_named(Node* node, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (node->hasNamedInput(name)) add_parameters(node->namedInput(name));
  }

  void add_weight(const Source& source, std::int64_t channels) {
    const std::int64_t last = source.tensor.dim() - 1;
    std::int64_t dimension = channels < 0 ? last : channels;
    if (source.turned) dimension = dimension == 0 ? last : 0;
    if (known_weights_.insert(source.tensor.unsafeGetTensorImpl()).second)
      layers_.weights.push_back({source.tensor, dimension});
  }

  void add_parameters(Value* value) {
    for (const Source& source : sources_of(value))
      if (known_parameters_.insert(source.tensor.unsafeGetTensorImpl()).second)
        layers_.parameters.push_back(source.tensor);
  }

  /// Tensors of the file that `value` is made of; empty for one that is computed.
  std::vector<Source> sources_of(Value* value) {
    if (const std::optional<IValue> held = held_value(value)) {
      if (!held->isTensor() || !held->toTensor().is_floating_point()) return {};
      return {{held->toTensor(), false}};
    }
    Node* node = value->node();
    if (node->kind() == torch::jit::prim::If) return sources_of_branches(node, value->offset());
    const std::string name = node->kind().toQualString();
    if (!is_in(name, kCarriers) || node->inputs().empty()) return {};
    std::vector<Source> sources = sources_of(node->input(0));
    if (is_in(name, kTurns))
      for (Source& source : sources) source.turned = !source.turned;
    return sources;
  }

  std::vector<Source> sources_of_branches(Node* node, std::size_t offset) {
    std::vector<Source> all;
    for (Block* branch : node->blocks())
      for (const Source& source : sources_of(branch->outputs()[offset])) all.push_back(source);
    return all;
  }

  /// What the file holds for this value: an attribute of `self` or of an object in it, or a constant.
  std::optional<IValue> held_value(Value* value) {
    if (value == value->owningGraph()->inputs()[0]) return IValue(module_._ivalue());
    Node* node = value->node();
    if (node->kind() == torch::jit::prim::Constant) return torch::jit::toIValue(value);
    if (node->kind() != torch::jit::prim::GetAttr) return std::nullopt;
    const std::optional<IValue> owner = held_value(node->input());
    if (!owner || !owner->isObject()) return std::nullopt;
    return owner->toObjectRef().getAttr(node->s(torch::jit::attr::name));
  }

  const Module& module_;
  Layers layers_;
  std::set<const c10::TensorImpl*> known_weights_, known_parameters_;
  std::set<const void*> known_packed_;
};

}  // namespace

Layers layers_of(const Module& module) { return Finder(module).run(); }

}  // namespace robustcheck::runtime
