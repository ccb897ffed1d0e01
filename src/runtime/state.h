#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

namespace robustcheck::runtime {

/// What a network may change in itself when it runs (a counter, running statistics): its buffers, and its other
/// attributes that are tensors, numbers or flags. Remembers them as they are when it is made.
class State {
 public:
  explicit State(const torch::jit::Module& module);
  /// Names of what is another value now, in order.
  std::vector<std::string> changed() const;
  void restore();

 private:
  struct Slot {
    std::string name;
    c10::intrusive_ptr<c10::ivalue::Object> owner;
    std::size_t index = 0;
    c10::IValue value;  ///< a tensor may have been written to since: its content is in `copy`
    at::Tensor copy;

    bool is_as_remembered() const;
  };
  std::vector<Slot> slots_;
};

}  // namespace robustcheck::runtime
