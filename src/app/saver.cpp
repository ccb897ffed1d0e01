#include "robustcheck/app/saver.h"

#include <exception>
#include <iostream>

#include "robustcheck/base/error.h"
#include "robustcheck/base/names.h"

namespace robustcheck::app {
namespace {

bool succeeds(const std::function<void()>& write, const char* kind) {
  try {
    write();
    return true;
  } catch (const std::exception& error) {
    std::cerr << "robustcheck: " << kind << ": " << one_line_text(error.what()) << '\n';
    return false;
  }
}

}  // namespace

bool Saver::result(const std::function<void()>& write) {
  const bool saved = succeeds(write, "error");
  complete_ = complete_ && saved;
  return saved;
}

bool Saver::extra(const std::function<void()>& write) { return succeeds(write, "warning"); }

int Saver::exit_code(int code) const {
  return complete_ || code == kExitFound || code == kExitInterrupted ? code : kExitInput;
}

}  // namespace robustcheck::app
