#include "robustcheck/base/cpus.h"

#include <gtest/gtest.h>

namespace robustcheck {
namespace {

TEST(Cpus, ReadsTheQuotaOfAControlGroup) {
  EXPECT_EQ(cpus_of_quota("50000 100000\n"), 0.5);
  EXPECT_EQ(cpus_of_quota("400000 100000"), 4.0);
  EXPECT_EQ(cpus_of_quota("max 100000\n"), std::nullopt);
  EXPECT_EQ(cpus_of_quota("-1 100000"), std::nullopt);
  EXPECT_EQ(cpus_of_quota(""), std::nullopt);
  EXPECT_EQ(cpus_of_quota("1 0"), std::nullopt);
}

TEST(Cpus, ThereIsOne) { EXPECT_GE(usable_cpus(), 1U); }

}  // namespace
}  // namespace robustcheck
