#include "process_flags.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/passes/tensorexpr_fuser.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "failure.h"
#include "float32_flags.h"

namespace robustcheck::runtime {
namespace {

class WarnOnce : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override {
    constexpr std::size_t kMost = 20;
    if (said_.size() < kMost && said_.insert(warning.msg()).second) c10::WarningHandler::process(warning);
  }

 private:
  std::set<std::string> said_;
};

/// The flag belongs to a thread: with a grain of 1 every thread gets one index.
void set_flush_denormal(int threads, bool on) {
  at::parallel_for(0, threads, 1, [on](std::int64_t, std::int64_t) { at::globalContext().setFlushDenormal(on); });
}

bool is_flushing() {
  volatile float smallest = std::numeric_limits<float>::min();
  return smallest / 2.0f == 0.0f;
}

void set_all(const CallSettings& settings) {
  at::Context& context = at::globalContext();
  at::set_num_threads(settings.threads);
  require_applied("threads", at::get_num_threads() == settings.threads);
  context.setUserEnabledMkldnn(settings.onednn);
  require_applied("onednn", context.userEnabledMkldnn() == settings.onednn);
  context.setUserEnabledNNPACK(settings.nnpack);
  require_applied("nnpack", context.userEnabledNNPACK() == settings.nnpack);
  context.setDeterministicAlgorithms(settings.deterministic, /*warn_only=*/false);
  require_applied("deterministic", context.deterministicAlgorithms() == settings.deterministic);
  apply(settings.float32);
  apply(settings.cuda);
}

}  // namespace

void apply(const CallSettings& settings) {
  try {
    set_all(settings);
  } catch (...) {  // LibTorch refuses some values with an exception of its own
    throw ModelFailure(oracle::Status::unavailable, current_failure("").what());
  }
}

void apply_fusion(bool on) {
  torch::jit::setTensorExprFuserEnabled(on);
  require_applied("jit_fusion", on || !torch::jit::tensorExprFuserEnabled());  // PYTORCH_TENSOREXPR may have forced it
}

FlushDenormal::FlushDenormal(const CallSettings& settings) : threads_(settings.flush_denormal ? settings.threads : 0) {
  if (threads_ == 0) return;
  set_flush_denormal(threads_, true);
  if (is_flushing()) return;
  set_flush_denormal(threads_, false);
  require_applied("flush_denormal", false);
}

FlushDenormal::~FlushDenormal() {
  if (threads_ != 0) set_flush_denormal(threads_, false);
}

void warn_once() {
  static WarnOnce handler;
  c10::WarningUtils::set_warning_handler(&handler);
}

}  // namespace robustcheck::runtime
