#include "state.h"

#include <ATen/ATen.h>

namespace robustcheck::runtime {
namespace {

using c10::IValue;

bool is_state(const c10::ClassType& type, std::size_t index, const IValue& value) {
  if (value.isTensor())
    return value.toTensor().defined() && !type.is_parameter(index) && value.toTensor().layout() == at::kStrided;
  return value.isInt() || value.isDouble() || value.isBool();
}

}  // namespace

State::State(const torch::jit::Module& module) {
  for (const auto& inner : module.named_modules()) {
    const auto object = inner.value._ivalue();
    for (std::size_t i = 0; i < object->slots().size(); ++i) {
      const IValue& value = object->getSlot(i);
      if (!is_state(*object->type(), i, value)) continue;
      const std::string name = (inner.name.empty() ? "" : inner.name + ".") + object->type()->getAttributeName(i);
      slots_.push_back({name, object, i, value, value.isTensor() ? value.toTensor().clone() : at::Tensor()});
    }
  }
}

bool State::Slot::is_as_remembered() const {
  const IValue& now = owner->getSlot(index);
  if (!value.isTensor()) return now == value;
  return now.isTensor() && now.toTensor().is_same(value.toTensor()) && at::equal(now.toTensor(), copy);
}

std::vector<std::string> State::changed() const {
  std::vector<std::string> names;
  for (const Slot& slot : slots_)
    if (!slot.is_as_remembered()) names.push_back(slot.name);
  return names;
}

void State::restore() {
  for (const Slot& slot : slots_) {
    if (slot.is_as_remembered()) continue;
    slot.owner->setSlot(slot.index, slot.value);
    if (slot.value.isTensor()) slot.value.toTensor().copy_(slot.copy);
  }
}

}  // namespace robustcheck::runtime
