#include "robustcheck/app/init_probe.h"

#include <gtest/gtest.h>

namespace robustcheck::app {
namespace {

std::vector<oracle::Observation> rows(const std::vector<float>& scores) {
  return {oracle::make_observation(scores, OutputKind::logits)};
}

TEST(InitProbe, TellsWhatOutputsMean) {
  EXPECT_EQ(output_kind(rows({0.2F, 0.8F})), OutputKind::probs);
  EXPECT_EQ(output_kind(rows({-0.22314355F, -1.6094379F})), OutputKind::log_probs);
  EXPECT_EQ(output_kind(rows({3.0F, -1.0F})), OutputKind::logits);
  EXPECT_EQ(output_kind(rows({0.2F, 0.9F})), OutputKind::logits);
}

TEST(InitProbe, MatchesEveryClassToOneOutput) {
  EXPECT_EQ(matched_order({{1, 9, 0}, {0, 2, 8}, {5, 6, 0}}, 3), (std::vector<int>{2, 0, 1}));
  EXPECT_EQ(matched_order({{0, 9, 0}}, 3), (std::vector<int>{-1, 0, -1})) << "outputs without a directory stay open";
}

}  // namespace
}  // namespace robustcheck::app
