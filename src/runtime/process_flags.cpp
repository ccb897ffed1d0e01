#include "process_flags.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <set>
#include <string>

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

}  // namespace

void apply(const CallSettings& settings) {
  at::set_num_threads(settings.threads);
  at::globalContext().setUserEnabledMkldnn(settings.onednn);
}

void warn_once() {
  static WarnOnce handler;
  c10::WarningUtils::set_warning_handler(&handler);
}

}  // namespace robustcheck::runtime
