#include "robustcheck/space/environment.h"

#include <string_view>

namespace robustcheck::space {
namespace {

struct Row {
  std::string_view knob, value, variable, text;
};

// The libraries pass over a text that they do not know without a word: the worker reads back what became of it.
constexpr Row kRows[] = {
    {"cpu_capability", "default", "ATEN_CPU_CAPABILITY", "default"},
    {"cpu_capability", "avx2", "ATEN_CPU_CAPABILITY", "avx2"},
    {"cpu_capability", "avx512", "ATEN_CPU_CAPABILITY", "avx512"},
    {"onednn_isa", "sse41", "ONEDNN_MAX_CPU_ISA", "SSE41"},
    {"onednn_isa", "avx2", "ONEDNN_MAX_CPU_ISA", "AVX2"},
    {"onednn_isa", "avx512_core", "ONEDNN_MAX_CPU_ISA", "AVX512_CORE"},
    {"onednn_isa", "avx512_core_bf16", "ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16"},
    {"mkl_cbwr", "compatible", "MKL_CBWR", "COMPATIBLE"},
    {"mkl_cbwr", "auto", "MKL_CBWR", "AUTO"},
    {"mkl_cbwr", "avx2", "MKL_CBWR", "AVX2"},
    {"mkl_cbwr", "avx512", "MKL_CBWR", "AVX512"},
    {"onednn_fpmath", "bf16", "ONEDNN_DEFAULT_FPMATH_MODE", "BF16"},
    {"onednn_fpmath", "tf32", "ONEDNN_DEFAULT_FPMATH_MODE", "TF32"},
};

}  // namespace

Environment environment_of(const Assignment& config) {
  Environment environment;
  for (const Row& row : kRows)
    if (const auto knob = config.find(std::string(row.knob)); knob != config.end() && knob->second == row.value)
      environment.emplace(row.variable, row.text);
  return environment;
}

}  // namespace robustcheck::space
