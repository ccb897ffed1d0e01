#include "knobs.h"

namespace robustcheck::space {

KnobTable quantization_knobs() {
  return {
      {"int8",
       "quantization",
       "model",
       {"off", "static_per_tensor", "static_per_channel"},
       "static int8 by LibTorch's own passes: weights per tensor or per output channel, activations by the smallest "
       "and "
       "largest value on the calibration images",
       "torch.ao.quantization.quantize_jit"},
      {"int8_engine",
       "quantization",
       "model",
       {"x86", "onednn", "fbgemm", "qnnpack"},
       "kernels that run an int8 network (needs int8, or a file that is quantized already); x86 and fbgemm give "
       "activations 7 bits, as their sums saturate",
       "torch.backends.quantized.engine"},
      {"weight_only",
       "quantization",
       "model",
       {"off", "int8", "int6", "int4"},
       "simulated weight-only quantisation: weights of convolutions and linear layers rounded per output channel, "
       "symmetric",
       "Nagel et al. 2021, arXiv 2106.08295"},
  };
}

}  // namespace robustcheck::space
