#pragma once

#include <torch/csrc/jit/api/module.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "robustcheck/runtime/model.h"
#include "settings.h"
#include "state.h"

namespace robustcheck::runtime {

/// One network in one form, ready to run.
struct Variant {
  torch::jit::Module module;
  at::ScalarType type = at::kFloat;  ///< of its input
  at::DeviceType device = at::kCPU;
  at::MemoryFormat memory_format = at::MemoryFormat::Contiguous;
  std::string note{};                   ///< "63 of 63 weights rounded", "" for the file as it is
  std::uint64_t bytes = 0;              ///< estimate of what it occupies
  std::optional<State> state{};         ///< of a network that changes itself when it runs: every call starts from it
  std::set<std::array<int, 4>> warm{};  ///< input shapes that its interpreter has compiled for
};

/// Loads a file and checks that `forward` takes one tensor. Throws ModelFailure that names the file.
torch::jit::Module load_module(const std::filesystem::path& path, at::DeviceType device = at::kCPU);

/// Loads a file anew and converts it: a module that has run, or was frozen, cannot be converted any more.
/// Throws ModelFailure{unavailable} for knobs that exclude each other, and where a conversion does not work on this
/// network.
Variant make_variant(const std::filesystem::path& path, const VariantKey& key, const CalibrationRun& calibration);

}  // namespace robustcheck::runtime
