#pragma once

#include <compare>
#include <map>
#include <string>

#include "robustcheck/space/variance.h"

namespace robustcheck::runtime {

enum class Precision { fp32, bf16, fp16, fp64, autocast_bf16, weights_bf16, weights_fp16 };
enum class MemoryFormat { contiguous, channels_last };
enum class Graph { as_saved, frozen, optimized };
enum class WeightOnly { off, int8, int6, int4 };
enum class Int8 { off, static_per_tensor, static_per_channel };
enum class Int8Engine { x86, onednn, fbgemm, qnnpack };
enum class Device { cpu, cuda };
enum class Float32 { ieee, tf32, bf16 };

/// As the knob's value spells it.
std::string name_of(Precision precision);

/// The knobs that need a network of their own: loaded and converted once, then kept.
struct VariantKey {
  Precision precision = Precision::fp32;
  MemoryFormat memory_format = MemoryFormat::contiguous;
  Graph graph = Graph::as_saved;
  WeightOnly weight_only = WeightOnly::off;
  Int8 int8 = Int8::off;
  Int8Engine int8_engine = Int8Engine::x86;
  std::map<std::string, std::string> edits{};  ///< of the graph: knob -> value, without as_saved
  std::string model{};                         ///< name of the checkpoint, "" = as given
  Device device = Device::cpu;
  bool jit_fusion = true;  ///< the interpreter's plans are made under it, and kept
  auto operator<=>(const VariantKey&) const = default;
};

/// Switches of cuBLAS and cuDNN.
struct CudaSettings {
  bool cudnn = true;
  bool cudnn_benchmark = false;
  bool cudnn_deterministic = false;
  bool cudnn_tf32 = true;
  bool matmul_tf32 = false;
  bool fp16_reduction = true;
  bool operator==(const CudaSettings&) const = default;
};

/// The knobs that hold for one forward pass. They are settings of the whole process.
struct CallSettings {
  int threads = 1;
  bool onednn = true;
  bool nnpack = true;
  bool deterministic = false;
  bool flush_denormal = false;
  bool reversed = false;  ///< order of the rows in the batch; those of the output stay as they were asked for
  Float32 float32 = Float32::ieee;
  CudaSettings cuda;
  bool operator==(const CallSettings&) const = default;
};

struct Settings {
  VariantKey variant;
  CallSettings call;
  std::map<std::string, std::string> process;  ///< knobs of the environment that are away from their reference
};

/// Reads a configuration. Knobs of the coordinator (batch_size) and of the pixels (class preprocessing) are passed
/// over. Throws ModelFailure{unavailable} for a knob or a value that this module does not know.
Settings settings_of(const space::Assignment& config);

}  // namespace robustcheck::runtime
