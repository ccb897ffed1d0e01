#include "knobs.h"

namespace robustcheck::space {

KnobTable numerical_knobs() {
  return {
      {"precision",
       "numerical",
       "model",
       {"fp32", "bf16", "fp16", "fp64", "weights_bf16", "weights_fp16"},
       "number format of the network: weights and activations, or (weights_*) weights rounded to it and back",
       "torch.nn.Module.to(dtype)"},
      {"threads",
       "numerical",
       "call",
       {"1", "2", "4"},
       "intra-op threads of one forward pass",
       "at::set_num_threads",
       true},
      {"batch_size",
       "numerical",
       "call",
       {"32", "1", "2", "8", "16", "64"},
       "images per forward pass",
       "how a server stacks its requests",
       true},
      {"memory_format",
       "numerical",
       "model",
       {"contiguous", "channels_last"},
       "layout of activations and weights",
       "torch.channels_last"},
      {"graph",
       "numerical",
       "model",
       {"as_saved", "frozen", "optimized"},
       "graph as in the file, after torch.jit.freeze, or after torch.jit.optimize_for_inference",
       "torch.jit"},
      {"onednn", "numerical", "call", {"on", "off"}, "oneDNN kernels allowed", "torch.backends.mkldnn.flags"},
  };
}

}  // namespace robustcheck::space
