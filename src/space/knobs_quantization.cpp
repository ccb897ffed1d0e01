#include "knobs.h"

namespace robustcheck::space {

KnobTable quantization_knobs() {
  return {
      {"weight_only",
       "quantization",
       "model",
       {"off", "int8", "int4"},
       "simulated weight-only quantisation: weights rounded per output channel, symmetric",
       "Nagel et al. 2021, arXiv 2106.08295"},
  };
}

}  // namespace robustcheck::space
