#include "robustcheck/base/error.h"

namespace robustcheck {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return kExitUsage;
    case ErrorKind::input:
      return kExitInput;
    case ErrorKind::baseline:
      return kExitBaseline;
    case ErrorKind::incomplete:
      return kExitIncomplete;
    case ErrorKind::interrupted:
      return kExitInterrupted;
    case ErrorKind::internal:
      break;
  }
  return kExitInternal;
}

}  // namespace robustcheck
