#include "robustcheck/search/archive.h"

#include <gtest/gtest.h>

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
    return archive.add("label", {variance, std::vector<ImageIndex>(images)}, failing(failures, images));
  }
  Archive archive{space::toy_catalogue()};
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
