#include <algorithm>
#include <utility>

#include "robustcheck/space/space.h"

namespace robustcheck::space {
namespace {

/// `knob` at `value` and `other` at `other_value` exclude each other; "" is any value but the reference. A repair takes
/// `knob` back.
struct Exclusion {
  std::string_view knob, value, other, other_value, reason;
};

constexpr Exclusion kExclusions[] = {
    {"crop_fraction", "", "resize_rule", "direct", "what is resized straight to the input size is not cropped"},
    {"int8", "", "precision", "", "int8 quantizes a network in fp32"},
    {"int8", "", "weight_only", "", "int8 quantizes the weights itself"},
    {"int8", "", "graph", "", "int8 freezes the graph in its own way"},
    {"int8", "", "device", "cuda", "the quantized kernels run on a CPU"},
    {"gelu", "tanh", "graph", "optimized", "oneDNN's fused operator knows the exact form only"},
    {"threads", "", "device", "cuda", "it acts on the CPU"},
    {"onednn", "", "device", "cuda", "it acts on the CPU"},
    {"onednn_isa", "", "device", "cuda", "it acts on the CPU"},
    {"onednn_fpmath", "", "device", "cuda", "it acts on the CPU"},
    {"mkl_cbwr", "", "device", "cuda", "it acts on the CPU"},
    {"cpu_capability", "", "device", "cuda", "it acts on the CPU"},
    {"nnpack", "", "device", "cuda", "it acts on the CPU"},
    {"flush_denormal", "", "device", "cuda", "it acts on the CPU"},
    {"float32_precision", "", "device", "cuda", "it sets what oneDNN does"},
    {"float32_precision", "", "onednn_fpmath", "", "both say what oneDNN computes fp32 in"},
};

/// Measured as bit-equal to `other` alone: never searched, but done where a user asks for it.
constexpr Exclusion kRedundant[] = {
    {"onednn", "", "graph", "optimized", ""},
    {"onednn_isa", "", "onednn", "off", ""},
    {"float32_precision", "", "onednn", "off", ""},
    {"onednn_fpmath", "", "onednn", "off", ""},
    {"float32_precision", "", "precision", "bf16", ""},
    {"float32_precision", "", "precision", "fp16", ""},
    {"float32_precision", "", "precision", "fp64", ""},
    {"float32_precision", "", "precision", "autocast_bf16", ""},
    {"onednn", "", "precision", "fp64", ""},
    {"onednn_isa", "", "precision", "fp64", ""},
    {"graph", "optimized", "precision", "fp64", ""},
    {"onednn", "", "precision", "fp16", ""},
    {"batch_position", "", "batch_size", "1", ""},
    {"memory_format", "", "graph", "optimized", ""},
};

/// `knob` acts only where `other` is away from its reference; a repair sets it to `value`. `file_may_do`: a file may
/// bring with it what `other` would make, which only the worker sees.
struct Need {
  std::string_view knob, other, value, reason;
  bool file_may_do = false;
};
constexpr Need kNeeds[] = {
    {"yuv_matrix", "yuv", "i420", "nothing passes through YUV without it"},
    {"int8_engine", "int8", "static_per_channel", "the engine runs quantized operators", true},
    {"cudnn_enabled", "device", "cuda", "cuDNN runs on a GPU"},
    {"cudnn_benchmark", "device", "cuda", "cuDNN runs on a GPU"},
    {"cudnn_deterministic", "device", "cuda", "cuDNN runs on a GPU"},
    {"cudnn_tf32", "device", "cuda", "cuDNN runs on a GPU"},
    {"matmul_tf32", "device", "cuda", "it acts on a GPU"},
    {"fp16_reduction", "device", "cuda", "it acts on a GPU"},
};

std::string reference_of(std::string_view knob) {
  const auto found = std::ranges::find_if(all_knobs(), [&](const KnobInfo& info) { return info.name == knob; });
  return found == all_knobs().end() ? "" : found->reference();
}

bool holds(const Assignment& config, std::string_view knob, std::string_view value) {
  const auto found = config.find(std::string(knob));
  if (found == config.end()) return false;
  return value.empty() ? found->second != reference_of(knob) : found->second == value;
}

const Exclusion* exclusion_in(std::span<const Exclusion> rows, const Assignment& config) {
  const auto found = std::ranges::find_if(rows, [&](const Exclusion& row) {
    return holds(config, row.knob, row.value) && holds(config, row.other, row.other_value);
  });
  return found == rows.end() ? nullptr : &*found;
}

const Need* need_in(const Assignment& config) {
  const auto found = std::ranges::find_if(
      kNeeds, [&](const Need& row) { return holds(config, row.knob, "") && !holds(config, row.other, ""); });
  return found == std::end(kNeeds) ? nullptr : found;
}

std::string shown(const Assignment& config, std::string_view knob) {
  return std::string(knob) + "=" + config.at(std::string(knob));
}

}  // namespace

std::string incompatible(const Assignment& config) {
  if (const Exclusion* row = exclusion_in(kExclusions, config))
    return shown(config, row->knob) + " with " + shown(config, row->other) + ": " + std::string(row->reason);
  if (const Need* row = need_in(config); row != nullptr && !row->file_may_do)
    return shown(config, row->knob) + " needs " + std::string(row->other) + ": " + std::string(row->reason);
  return "";
}

Assignment completed(Assignment config) {
  if (const Need* row = need_in(config)) config[std::string(row->other)] = row->value;
  return config;
}

/// Every combination of these is a pool of worker processes of its own: a search varies one at a time.
void keep_one_process_knob(Assignment& config, const Space& space) {
  bool first = true;
  std::erase_if(config, [&](const auto& entry) {
    const KnobGene* gene = space.find_knob(entry.first);
    if (gene == nullptr || gene->info.scope != "process") return false;
    return !std::exchange(first, false);
  });
}

/// Sets what is needed and in the space; what then excludes each other loses a knob, and what has lost its need too.
Assignment compatible(Assignment config, const Space& space) {
  for (const Need& row : kNeeds) {
    const KnobGene* gene = space.find_knob(std::string(row.other));
    const bool can = gene != nullptr && std::ranges::find(gene->values, row.value) != gene->values.end();
    if (can && holds(config, row.knob, "") && !holds(config, row.other, "")) config[std::string(row.other)] = row.value;
  }
  for (const std::span<const Exclusion> rows :
       {std::span<const Exclusion>(kExclusions), std::span<const Exclusion>(kRedundant)})
    while (const Exclusion* row = exclusion_in(rows, config)) config.erase(std::string(row->knob));
  while (const Need* row = need_in(config)) config.erase(std::string(row->knob));
  keep_one_process_knob(config, space);
  return config;
}

}  // namespace robustcheck::space
