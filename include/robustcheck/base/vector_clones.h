#pragma once

/// Compiles a hot loop twice, for SSE2 and for AVX2; the CPU chooses when the program starts. AVX2 without FMA: both
/// give the same bits. Only for free functions.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define ROBUSTCHECK_VECTOR_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define ROBUSTCHECK_VECTOR_CLONES
#endif
