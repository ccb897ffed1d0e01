#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "process_knobs.h"

namespace robustcheck::runtime {
namespace {

#ifdef __x86_64__

bool survives(const char* capability) {
  setenv("ATEN_CPU_CAPABILITY", capability, 1);
  drop_impossible_capability();
  const char* const left = std::getenv("ATEN_CPU_CAPABILITY");
  const bool same = left != nullptr && left == std::string(capability);
  unsetenv("ATEN_CPU_CAPABILITY");
  return same;
}

TEST(DropImpossibleCapability, KeepsWhatThisCpuCanDo) {
  EXPECT_TRUE(survives("default"));
  EXPECT_EQ(survives("avx2"), __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(survives("avx512"), __builtin_cpu_supports("avx512bw") != 0);
}

#endif

}  // namespace
}  // namespace robustcheck::runtime
