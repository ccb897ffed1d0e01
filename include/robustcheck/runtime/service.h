#pragma once

#include <memory>

#include "robustcheck/eval/messages.h"

namespace robustcheck::runtime {

/// What a worker does: it answers requests, one after the other, in one thread. A setup comes first and replaces the
/// one before; without a model only images are served.
class Service {
 public:
  /// Settings of the whole process: one OpenCV thread, each LibTorch warning at most once.
  Service();
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Whatever goes wrong is a typed answer: a Failure, or a row of a forward reply for an image that cannot be used.
  eval::Reply handle(const eval::Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace robustcheck::runtime
