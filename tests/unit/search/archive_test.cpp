#include "robustcheck/search/archive.h"

#include <gtest/gtest.h>

#include <numeric>

#include "../space/fixture.h"

namespace robustcheck::search {
namespace {

using oracle::Verdict;
using space::Variance;

Variance rotated(double degrees, bool bf16 = false) {
  Variance variance{{{"rotate", {degrees}}}, {}, 0};
  if (bf16) variance.config["precision"] = "bf16";
  return variance;
}

std::vector<Verdict> failing(std::size_t failures, std::size_t images = 32) {
  std::vector<Verdict> verdicts(images);
  for (std::size_t i = 0; i < failures; ++i) verdicts[i] = {true, 0.5};
  return verdicts;
}

struct ArchiveTest : testing::Test {
  bool add(const Variance& variance, std::size_t failures, std::size_t images = 32) {
    std::vector<ImageIndex> asked(images);
    std::iota(asked.begin(), asked.end(), next_image);
    next_image += static_cast<ImageIndex>(images);
    return archive.add("label", {variance, asked}, failing(failures, images));
  }
  ImageIndex next_image = 0;
  Archive archive{space::toy_catalogue(), 0.05};
};

TEST_F(ArchiveTest, KeepsOnlyWhatFails) {
  EXPECT_FALSE(add(rotated(10), 0));
  EXPECT_TRUE(add(rotated(10), 4));
  EXPECT_EQ(archive.size(), 1U);
}

TEST_F(ArchiveTest, KeepsTheMoreSevereOfOneSignature) {
  EXPECT_TRUE(add(rotated(40), 16));
  EXPECT_TRUE(add(rotated(10), 16));  // as often, but milder
  EXPECT_FALSE(add(rotated(45), 16));
  EXPECT_EQ(archive.ranked().front().variance, rotated(10));
}

TEST_F(ArchiveTest, AddsUpWhatIsTriedOnMoreImages) {
  add(rotated(10), 16);
  EXPECT_FALSE(add(rotated(10), 2));
  const Candidate best = archive.ranked().front();
  EXPECT_EQ(best.images, 64U);
  EXPECT_EQ(best.failures, 18U);
}

TEST_F(ArchiveTest, LetsAnotherLeadWhenMoreImagesRefuteTheBest) {
  add(rotated(20), 12);
  add(rotated(10), 16);
  EXPECT_FALSE(add(rotated(10), 0));
  EXPECT_EQ(archive.ranked().front().variance, rotated(20));
}

TEST_F(ArchiveTest, CountsAnImageOnce) {
  const space::Trial trial{rotated(10), {7, 8}};
  archive.add("label", trial, failing(1, 2));
  archive.add("label", trial, failing(1, 2));
  const Candidate best = archive.ranked().front();
  EXPECT_EQ(best.images, 2U);
  ASSERT_EQ(best.seen.size(), 2U);
  EXPECT_EQ(best.seen.front().image, 7U);
  EXPECT_TRUE(best.seen.front().violated);
}

/// 5 of 128 has the higher lower end (1.7 %), 2 of 32 the higher rate.
TEST_F(ArchiveTest, PrefersWhatIsAboveTheLimit) {
  add(rotated(1), 5, 128);
  EXPECT_TRUE(add(rotated(40), 2));
  EXPECT_EQ(archive.ranked().front().variance, rotated(40));
  EXPECT_FALSE(add(rotated(1.5), 5, 128));
}

TEST_F(ArchiveTest, CountsWhatIsAboveALimitForSure) {
  add(rotated(10), 1);        // Wilson: from 0.6 %
  add(rotated(10, true), 8);  // from 13 %
  EXPECT_EQ(archive.count_above(0.05), 1U);
  EXPECT_EQ(archive.count_above(0.0), 2U);
  EXPECT_EQ(archive.count_above(0.2), 0U);
}

TEST_F(ArchiveTest, RanksBySeverity) {
  add(rotated(40), 8);
  add({{{"jpeg", {90}}}, {}, 0}, 30);
  EXPECT_EQ(archive.ranked().front().signature, "label:jpeg");
}

TEST_F(ArchiveTest, KeepsTheLargestExcessOverTheDataAlone) {
  add(rotated(10), 2);
  add(rotated(10, true), 14);
  add(rotated(40), 30);
  add(rotated(40, true), 31);
  std::vector<double> excess;
  for (const Candidate& candidate : archive.ranked())
    if (candidate.excess) excess.push_back(*candidate.excess);
  EXPECT_EQ(excess, std::vector<double>{12.0 / 32.0});
}

}  // namespace
}  // namespace robustcheck::search
