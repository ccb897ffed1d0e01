#pragma once

#include <string>

#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {

/// The exception under way (call it in a catch block) as a failure of the model: its kind and one useful line, after
/// `place` when that is not empty. A ModelFailure stays as it is.
ModelFailure current_failure(const std::string& place);

/// After a switch of LibTorch was set and read back: throws ModelFailure{unavailable} unless it `holds`.
void require_applied(const std::string& knob, bool holds);

/// Calls `work`; whatever LibTorch throws leaves as ModelFailure.
template <class Work>
auto guarded(const std::string& place, Work&& work) {
  try {
    return work();
  } catch (...) {
    throw current_failure(place);
  }
}

}  // namespace robustcheck::runtime
