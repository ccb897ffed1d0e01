#include "held_tensors.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <set>

namespace robustcheck::runtime {
namespace {

using c10::IValue;
using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;

/// Walks through an object, what it holds, and the code of both, each once.
class Walk {
 public:
  std::function<void(const IValue&)> leaf;   ///< for what is no container; for objects after what they hold
  std::function<void(Node*)> constant_node;  ///< may be empty

  void value(const IValue& value) {
    if (value.isObject()) return object(value);
    if (value.isList())
      for (const IValue& element : value.toListRef()) this->value(element);
    else if (value.isTuple())
      for (const IValue& element : value.toTupleRef().elements()) this->value(element);
    else if (value.isGenericDict())
      for (const auto& entry : value.toGenericDict()) this->value(entry.value());
    else
      leaf(value);
  }

 private:
  void object(const IValue& value) {
    const auto object = value.toObject();
    if (!seen_.insert(object.get()).second) return;
    for (const IValue& slot : object->slots()) this->value(slot);
    leaf(value);
    for (torch::jit::Function* method : object->type()->methods()) function(*method);
  }

  void function(torch::jit::Function& function) {
    const torch::jit::GraphFunction* code = torch::jit::tryToGraphFunction(function);
    if (code != nullptr && seen_.insert(&function).second) block(code->graph()->block());
  }

  void block(Block* block) {
    for (Node* node : block->nodes()) {
      if (node->kind() == torch::jit::prim::Constant) constant(node);
      for (Block* inner : node->blocks()) this->block(inner);
    }
  }

  void constant(Node* node) {
    if (const auto called = node->output()->type()->cast<c10::FunctionType>()) return function(*called->function());
    const std::optional<IValue> held = torch::jit::toIValue(node->output());
    if (!held) return;
    value(*held);
    if (constant_node) constant_node(node);
  }

  std::set<const void*> seen_;
};

}  // namespace

std::vector<at::Tensor> held_tensors(const Module& module) {
  std::vector<at::Tensor> found;
  std::set<const c10::TensorImpl*> seen;
  Walk walk;
  walk.leaf = [&](const IValue& value) {
    if (!value.isTensor() || !value.toTensor().defined()) return;
    if (seen.insert(value.toTensor().unsafeGetTensorImpl()).second) found.push_back(value.toTensor());
  };
  walk.value(module._ivalue());
  return found;
}

void refresh_constant_types(const Module& module) {
  Walk walk;
  walk.leaf = [](const IValue&) {};
  walk.constant_node = [](Node* node) {
    const bool tensor = node->hasAttribute(torch::jit::attr::value) &&
                        node->kindOf(torch::jit::attr::value) == torch::jit::AttributeKind::t;
    if (tensor) node->output()->inferTypeFrom(node->t(torch::jit::attr::value));
  };
  walk.value(module._ivalue());
}

bool holds_packed_weights(const Module& module) {
  bool found = false;
  Walk walk;
  walk.leaf = [&](const IValue& value) {
    const bool packed = value.isObject() && value.type()->repr_str().find("PackedParamsBase") != std::string::npos;
    found = found || packed;
  };
  walk.value(module._ivalue());
  return found;
}

}  // namespace robustcheck::runtime
