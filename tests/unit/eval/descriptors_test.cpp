#include "robustcheck/eval/descriptors.h"

#include <gtest/gtest.h>

namespace robustcheck::eval {
namespace {

TEST(Descriptors, EnoughForAllChangesNothing) { EXPECT_EQ(fitting({64, 4}, 1024), (PoolSizes{64, 4})); }

TEST(Descriptors, PoolsGoBeforeWorkers) {
  EXPECT_EQ(fitting({2, 4}, 32), (PoolSizes{2, 3}));
  EXPECT_EQ(fitting({2, 4}, 24), (PoolSizes{2, 1}));
  EXPECT_EQ(fitting({64, 4}, 256), (PoolSizes{60, 1}));
}

TEST(Descriptors, OneOfEachIsLeft) { EXPECT_EQ(fitting({8, 4}, 3), (PoolSizes{1, 1})); }

}  // namespace
}  // namespace robustcheck::eval
