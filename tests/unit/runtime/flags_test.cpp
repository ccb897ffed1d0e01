#include <gtest/gtest.h>

#include "float32_flags.h"
#include "process_flags.h"
#include "test_models.h"

namespace robustcheck::runtime {
namespace {

/// LibTorch keeps the switches of CUDA without a device, too: that they are set and read back alike can be tested here.
TEST(CudaFlags, ReadBackAsTheyWereSet) {
  const CudaSettings settings[] = {{.cudnn = false},      {.cudnn_benchmark = true}, {.cudnn_deterministic = true},
                                   {.cudnn_tf32 = false}, {.matmul_tf32 = true},     {.fp16_reduction = false}};
  for (const CudaSettings& changed : settings) {
    EXPECT_NO_THROW(set_cuda_flags(changed));
    EXPECT_NO_THROW(set_cuda_flags({}));
  }
}

TEST(CallFlags, ReadBackAsTheyWereSet) {
  const CallSettings settings[] = {
      {.threads = 2},           {.onednn = false},          {.nnpack = false},         {.deterministic = true},
      {.flush_denormal = true}, {.float32 = Float32::tf32}, {.float32 = Float32::bf16}};
  for (const CallSettings& changed : settings) {
    EXPECT_NO_THROW(apply(changed));
    EXPECT_NO_THROW(apply(CallSettings{}));
  }
}

TEST(CallFlags, SayWhatThisMachineDoesNotTake) {
  EXPECT_EQ(failure_of([] { apply({.threads = 0}); }).status, oracle::Status::unavailable);
}

}  // namespace
}  // namespace robustcheck::runtime
