#pragma once

#include <string>
#include <vector>

namespace robustcheck {

/// What a network's K output values per image mean.
enum class OutputKind { logits, log_probs, probs };

/// Names in the order of the enumerators, as files spell them.
inline const std::vector<std::string> kOutputKindNames = {"logits", "log_probs", "probs"};

}  // namespace robustcheck
