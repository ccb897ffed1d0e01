#include "settings.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "graph_edit.h"
#include "robustcheck/base/text.h"
#include "robustcheck/runtime/model.h"
#include "robustcheck/space/catalogue.h"

namespace robustcheck::runtime {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kPrecisions[] = {"fp32",          "bf16",         "fp16",        "fp64",
                                            "autocast_bf16", "weights_bf16", "weights_fp16"};
constexpr std::string_view kMemoryFormats[] = {"contiguous", "channels_last"};
constexpr std::string_view kGraphs[] = {"as_saved", "frozen", "optimized"};
constexpr std::string_view kWeightOnly[] = {"off", "int8", "int6", "int4"};
constexpr std::string_view kInt8[] = {"off", "static_per_tensor", "static_per_channel"};
constexpr std::string_view kInt8Engines[] = {"x86", "onednn", "fbgemm", "qnnpack"};
constexpr std::string_view kThreads[] = {"1", "2", "4"};
constexpr std::string_view kPositions[] = {"as_run", "reversed"};
constexpr std::string_view kFloat32[] = {"ieee", "tf32", "bf16"};
constexpr std::string_view kDevices[] = {"cpu", "cuda"};
constexpr std::string_view kOnOff[] = {"on", "off"};

std::size_t index_of(const std::string& knob, const std::string& value, Names names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == value) return i;
  const std::vector<std::string> allowed(names.begin(), names.end());
  throw ModelFailure(oracle::Status::unavailable,
                     "knob " + knob + " has no value '" + value + "' here; it takes " + join(allowed, ", "));
}

/// values[0] is as_saved: nothing to edit.
void apply_edit(Settings& settings, const std::string& knob, const std::string& value, std::size_t index) {
  if (index > 0) settings.variant.edits[knob] = value;
}

/// batch_maker.h reads these.
bool is_of_the_pixels(const std::string& knob) {
  return std::ranges::any_of(space::all_knobs(), [&](const space::KnobInfo& info) {
    return info.name == knob && info.knob_class == "preprocessing";
  });
}

/// Where a knob that is on or off is kept; nullptr for another knob.
bool* switch_named(Settings& settings, std::string_view knob) {
  CallSettings& call = settings.call;
  CudaSettings& cuda = call.cuda;
  const std::pair<std::string_view, bool*> switches[] = {{"onednn", &call.onednn},
                                                         {"nnpack", &call.nnpack},
                                                         {"deterministic", &call.deterministic},
                                                         {"flush_denormal", &call.flush_denormal},
                                                         {"jit_fusion", &settings.variant.jit_fusion},
                                                         {"cudnn_enabled", &cuda.cudnn},
                                                         {"cudnn_benchmark", &cuda.cudnn_benchmark},
                                                         {"cudnn_deterministic", &cuda.cudnn_deterministic},
                                                         {"cudnn_tf32", &cuda.cudnn_tf32},
                                                         {"matmul_tf32", &cuda.matmul_tf32},
                                                         {"fp16_reduction", &cuda.fp16_reduction}};
  for (const auto& [name, value] : switches)
    if (name == knob) return value;
  return nullptr;
}

const space::KnobInfo* process_knob(const std::string& name) {
  for (const space::KnobInfo& info : space::all_knobs())
    if (info.name == name && info.scope == "process") return &info;
  return nullptr;
}

void apply_process(Settings& settings, const space::KnobInfo& info, const std::string& value) {
  const std::vector<std::string_view> names(info.values.begin(), info.values.end());
  if (index_of(info.name, value, names) != 0) settings.process[info.name] = value;
}

void apply(Settings& settings, const std::string& knob, const std::string& value) {
  const auto chosen = [&](Names names) { return index_of(knob, value, names); };
  if (knob == "precision")
    settings.variant.precision = static_cast<Precision>(chosen(kPrecisions));
  else if (knob == "memory_format")
    settings.variant.memory_format = static_cast<MemoryFormat>(chosen(kMemoryFormats));
  else if (knob == "graph")
    settings.variant.graph = static_cast<Graph>(chosen(kGraphs));
  else if (knob == "weight_only")
    settings.variant.weight_only = static_cast<WeightOnly>(chosen(kWeightOnly));
  else if (knob == "int8")
    settings.variant.int8 = static_cast<Int8>(chosen(kInt8));
  else if (knob == "int8_engine")
    settings.variant.int8_engine = static_cast<Int8Engine>(chosen(kInt8Engines));
  else if (knob == "model_variant")
    settings.variant.model = value == "as_given" ? "" : value;
  else if (const Names values = edit_values(knob); !values.empty())
    apply_edit(settings, knob, value, chosen(values));
  else if (knob == "threads")
    settings.call.threads = 1 << chosen(kThreads);
  else if (knob == "batch_position")
    settings.call.reversed = chosen(kPositions) == 1;
  else if (knob == "float32_precision")
    settings.call.float32 = static_cast<Float32>(chosen(kFloat32));
  else if (knob == "device")
    settings.variant.device = static_cast<Device>(chosen(kDevices));
  else if (bool* const flag = switch_named(settings, knob))
    *flag = chosen(kOnOff) == 0;
  else if (const space::KnobInfo* const info = process_knob(knob))
    apply_process(settings, *info, value);
  else if (knob != "batch_size" && !is_of_the_pixels(knob))
    throw ModelFailure(oracle::Status::unavailable, "knob '" + knob + "' is unknown to this worker");
}

}  // namespace

std::string name_of(Precision precision) { return std::string(kPrecisions[static_cast<std::size_t>(precision)]); }

Settings settings_of(const space::Assignment& config) {
  Settings settings;
  for (const auto& [knob, value] : config) apply(settings, knob, value);
  return settings;
}

}  // namespace robustcheck::runtime
