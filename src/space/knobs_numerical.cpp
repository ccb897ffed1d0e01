#include "knobs.h"

namespace robustcheck::space {
namespace {

using Values = std::vector<std::string>;

KnobInfo numerical(std::string name, std::string scope, Values values, std::string summary, std::string source,
                   bool numeric = false) {
  return {std::move(name),    "numerical",       std::move(scope), std::move(values),
          std::move(summary), std::move(source), numeric};
}

}  // namespace

KnobTable numerical_knobs() {
  const std::string call = "call", model = "model", process = "process";
  const Values on_off = {"on", "off"}, off_on = {"off", "on"};
  return {
      numerical("precision", model, {"fp32", "bf16", "fp16", "fp64", "autocast_bf16", "weights_bf16", "weights_fp16"},
                "number format of the network: weights and activations, only where LibTorch's autocast lowers it "
                "(autocast_*), or weights rounded to it and back (weights_*)",
                "torch.nn.Module.to(dtype), torch.autocast"),
      numerical("threads", call, {"1", "2", "4"}, "intra-op threads of one forward pass", "at::set_num_threads", true),
      numerical("batch_size", call, {"32", "1", "2", "8", "16", "64"}, "images per forward pass",
                "how a server stacks its requests", true),
      numerical("batch_position", call, {"as_run", "reversed"},
                "order of the images in their batch: the first becomes the last", "how a server stacks its requests"),
      numerical("memory_format", model, {"contiguous", "channels_last"}, "layout of activations and weights",
                "torch.channels_last"),
      numerical("graph", model, {"as_saved", "frozen", "optimized"},
                "graph as in the file, after torch.jit.freeze, or after torch.jit.optimize_for_inference", "torch.jit"),
      numerical("onednn", call, on_off, "oneDNN kernels allowed", "torch.backends.mkldnn.flags"),
      numerical("float32_precision", call, {"ieee", "tf32", "bf16"},
                "what oneDNN may round float32 operands of convolutions and products to",
                "torch.backends.mkldnn.matmul.fp32_precision"),
      numerical("deterministic", call, off_on, "deterministic algorithms only", "torch.use_deterministic_algorithms"),
      numerical("flush_denormal", call, off_on, "denormal numbers count as zero", "torch.set_flush_denormal"),
      numerical("jit_fusion", model, on_off, "the interpreter may fuse operators",
                "torch._C._jit_set_texpr_fuser_enabled"),
      numerical("nnpack", call, on_off, "NNPACK kernels allowed", "torch.backends.nnpack.flags"),
      numerical("cpu_capability", process, {"native", "default", "avx2", "avx512"},
                "vector instructions of LibTorch's own kernels", "environment: ATEN_CPU_CAPABILITY"),
      numerical("onednn_isa", process, {"native", "sse41", "avx2", "avx512_core", "avx512_core_bf16"},
                "the newest vector instructions that oneDNN may use", "environment: ONEDNN_MAX_CPU_ISA"),
      numerical("mkl_cbwr", process, {"off", "compatible", "auto", "avx2", "avx512"},
                "MKL's reproducible mode: one code path whatever the CPU", "environment: MKL_CBWR"),
      numerical("onednn_fpmath", process, {"strict", "bf16", "tf32"},
                "number format that oneDNN may compute float32 operators in",
                "environment: ONEDNN_DEFAULT_FPMATH_MODE"),
      numerical("device", model, {"cpu", "cuda"}, "where the network runs", "torch.nn.Module.to(device)"),
      numerical("cudnn_enabled", call, on_off, "cuDNN kernels allowed", "torch.backends.cudnn.enabled"),
      numerical("cudnn_benchmark", call, off_on, "cuDNN times its algorithms and takes the fastest",
                "torch.backends.cudnn.benchmark"),
      numerical("cudnn_deterministic", call, off_on, "deterministic cuDNN algorithms only",
                "torch.backends.cudnn.deterministic"),
      numerical("cudnn_tf32", call, on_off, "TF32 in cuDNN's convolutions", "torch.backends.cudnn.allow_tf32"),
      numerical("matmul_tf32", call, off_on, "TF32 in cuBLAS's products", "torch.backends.cuda.matmul.allow_tf32"),
      numerical("fp16_reduction", call, on_off, "cuBLAS may sum products of half-precision numbers in half precision",
                "torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction"),
  };
}

}  // namespace robustcheck::space
