#include "float32_flags.h"

#include <ATen/Context.h>
#include <torch/version.h>

#include "failure.h"

namespace robustcheck::runtime {
namespace {

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 9

using Backend = at::Float32Backend;
using Op = at::Float32Op;

/// One setting per backend and operator. The older setters must not be mixed with it: the getters would throw.
void set_precision(const char* knob, Backend backend, Op op, at::Float32Precision precision) {
  at::Context& context = at::globalContext();
  if (context.float32Precision(backend, op) != precision) context.setFloat32Precision(backend, op, precision);
  require_applied(knob, context.float32Precision(backend, op) == precision);
}

void apply_tf32(const CudaSettings& settings) {
  const auto of = [](bool tf32) { return tf32 ? at::Float32Precision::TF32 : at::Float32Precision::IEEE; };
  for (const Op op : {Op::CONV, Op::RNN}) set_precision("cudnn_tf32", Backend::CUDA, op, of(settings.cudnn_tf32));
  set_precision("matmul_tf32", Backend::CUDA, Op::MATMUL, of(settings.matmul_tf32));
}

#else

void apply_tf32(const CudaSettings& settings) {
  at::Context& context = at::globalContext();
  context.setAllowTF32CuDNN(settings.cudnn_tf32);
  require_applied("cudnn_tf32", context.allowTF32CuDNN() == settings.cudnn_tf32);
  context.setAllowTF32CuBLAS(settings.matmul_tf32);
  require_applied("matmul_tf32", context.allowTF32CuBLAS() == settings.matmul_tf32);
}

#endif

bool allows_fp16_reduction() {
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 9
  return at::globalContext().allowFP16ReductionCuBLAS() == at::CuBLASReductionOption::AllowReducedPrecisionWithSplitK;
#else
  return at::globalContext().allowFP16ReductionCuBLAS();
#endif
}

}  // namespace

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 9

void apply(Float32 precision) {
  constexpr at::Float32Precision kPrecisions[] = {at::Float32Precision::IEEE, at::Float32Precision::TF32,
                                                  at::Float32Precision::BF16};
  for (const Op op : {Op::CONV, Op::RNN, Op::MATMUL})
    set_precision("float32_precision", Backend::MKLDNN, op, kPrecisions[static_cast<int>(precision)]);
}

#else

void apply(Float32 precision) { require_applied("float32_precision", precision == Float32::ieee); }

#endif

void require_cuda() {
  if (!at::hasCUDA()) throw ModelFailure(oracle::Status::unavailable, "no CUDA device");
}

void apply(const CudaSettings& settings) {
  if (!at::hasCUDA()) {
    if (settings != CudaSettings{}) require_cuda();
    return;
  }
  set_cuda_flags(settings);
}

void set_cuda_flags(const CudaSettings& settings) {
  at::Context& context = at::globalContext();
  context.setUserEnabledCuDNN(settings.cudnn);
  require_applied("cudnn_enabled", context.userEnabledCuDNN() == settings.cudnn);
  context.setBenchmarkCuDNN(settings.cudnn_benchmark);
  require_applied("cudnn_benchmark", context.benchmarkCuDNN() == settings.cudnn_benchmark);
  context.setDeterministicCuDNN(settings.cudnn_deterministic);
  require_applied("cudnn_deterministic", context.deterministicCuDNN() == settings.cudnn_deterministic);
  apply_tf32(settings);
  context.setAllowFP16ReductionCuBLAS(settings.fp16_reduction);
  require_applied("fp16_reduction", allows_fp16_reduction() == settings.fp16_reduction);
}

}  // namespace robustcheck::runtime
