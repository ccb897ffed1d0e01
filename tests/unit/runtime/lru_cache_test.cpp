#include "lru_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace robustcheck::runtime {
namespace {

using Cache = LruCache<int, std::string>;

TEST(LruCache, ReturnsWhatWasInserted) {
  Cache cache(100);
  cache.insert(1, "one", 10);
  ASSERT_NE(cache.find(1), nullptr);
  EXPECT_EQ(*cache.find(1), "one");
  EXPECT_EQ(cache.find(2), nullptr);
}

TEST(LruCache, DropsTheLeastRecentlyUsedFirst) {
  Cache cache(30);
  for (const int key : {1, 2, 3}) cache.insert(key, "value", 10);
  cache.find(1);
  cache.insert(4, "four", 10);
  EXPECT_NE(cache.find(1), nullptr);
  EXPECT_EQ(cache.find(2), nullptr);
  EXPECT_NE(cache.find(3), nullptr);
  EXPECT_NE(cache.find(4), nullptr);
}

TEST(LruCache, MakesRoomForALargeValue) {
  Cache cache(30);
  for (const int key : {1, 2, 3}) cache.insert(key, "value", 10);
  cache.insert(4, "four", 20);
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_NE(cache.find(3), nullptr);
}

TEST(LruCache, KeepsTheNewestEvenIfItIsLargerThanTheBound) {
  Cache cache(30);
  cache.insert(1, "one", 10);
  EXPECT_EQ(cache.insert(2, "two", 1000), "two");
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_NE(cache.find(2), nullptr);
  cache.insert(3, "three", 10);
  EXPECT_EQ(cache.find(2), nullptr);
}

}  // namespace
}  // namespace robustcheck::runtime
