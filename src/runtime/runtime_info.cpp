#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/version.h>

#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {
namespace {

/// Asks LibTorch, never a clock. False where this LibTorch has no such question.
bool answer_of(const char* question) {
  const auto schema = c10::Dispatcher::singleton().findSchema({question, ""});
  return schema && schema->typed<bool()>().call();
}

}  // namespace

RuntimeInfo runtime_info() {
  return {.version = TORCH_VERSION,
          .cpu_capability = at::get_cpu_capability(),
          .native_bf16 = answer_of("mkldnn::_is_mkldnn_bf16_supported"),
          .native_fp16 = answer_of("mkldnn::_is_mkldnn_fp16_supported"),
          .cuda = at::hasCUDA()};
}

}  // namespace robustcheck::runtime
