#pragma once

#include <compare>
#include <map>
#include <string>

#include "robustcheck/space/variance.h"

namespace robustcheck::runtime {

enum class Precision { fp32, bf16, fp16, fp64, weights_bf16, weights_fp16 };
enum class MemoryFormat { contiguous, channels_last };
enum class Graph { as_saved, frozen, optimized };
enum class WeightOnly { off, int8, int6, int4 };
enum class Int8 { off, static_per_tensor, static_per_channel };
enum class Int8Engine { x86, onednn, fbgemm, qnnpack };

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
  auto operator<=>(const VariantKey&) const = default;
};

/// The knobs that hold for one forward pass. They are settings of the whole process.
struct CallSettings {
  int threads = 1;
  bool onednn = true;
  bool operator==(const CallSettings&) const = default;
};

struct Settings {
  VariantKey variant;
  CallSettings call;
};

/// Reads a configuration. Knobs of the coordinator (batch_size) and of the pixels (class preprocessing) are passed
/// over. Throws ModelFailure{unavailable} for a knob or a value that this module does not know.
Settings settings_of(const space::Assignment& config);

}  // namespace robustcheck::runtime
