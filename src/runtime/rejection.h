#pragma once

#include <string>

#include "robustcheck/runtime/model.h"
#include "variant.h"

namespace robustcheck::runtime {

/// Why a network rejects every batch of float32, N x C x H x W, found by offering it other inputs: "it takes batches of
/// 1 only", with the remedy behind oracle::kRemedy. "" where none of them works either, or where only some images are
/// rejected.
std::string why_rejected(Variant& variant, const Batch& batch);

}  // namespace robustcheck::runtime
