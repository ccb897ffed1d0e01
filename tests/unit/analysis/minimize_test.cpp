#include "robustcheck/analysis/minimize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "../space/fixture.h"

namespace robustcheck::analysis {
namespace {

using space::Space;
using space::Variance;

Space toy_space() {
  return space::make_space({.profiles = {"severe", "deployment"}, .transforms = {}, .knobs = {}},
                           space::toy_catalogue());
}

double strength(const Variance& variance, const std::string& transform, std::size_t index = 0) {
  const space::TransformInfo& info = *space::toy_catalogue().find_transform(transform);
  for (const space::Step& step : variance.data)
    if (step.transform == transform) return info.parameters[index].magnitude(step.values[index]);
  return 0.0;
}

bool has(const Variance& variance, const std::string& knob) { return variance.config.contains(knob); }

Variance everything() {
  return {{{"rotate", {40}}, {"jpeg", {20}}, {"blur", {0.18, 30}}},
          {{"precision", "bf16"}, {"threads", "2"}, {"graph", "frozen"}},
          0};
}

Minimized run(const Variance& failing, const std::function<bool(const Variance&)>& rule) {
  return minimize(failing, toy_space(),
                  [&](const Variance& variance) -> std::optional<bool> { return rule(variance); });
}

TEST(Minimize, DropsEveryIdleGene) {
  const Minimized result = run(everything(), [](const Variance& v) { return strength(v, "rotate") > 0.3; });
  EXPECT_EQ(space::genes(result.variance), std::vector<std::string>{"rotate"});
  EXPECT_TRUE(result.minimal);
}

TEST(Minimize, KeepsACombinationThatIsNeeded) {
  const Minimized result =
      run(everything(), [](const Variance& v) { return strength(v, "jpeg") > 0.2 && has(v, "precision"); });
  EXPECT_EQ(space::genes(result.variance), (std::vector<std::string>{"jpeg", "precision=bf16"}));
}

TEST(Minimize, SoftensToWithinATenthOfTheBoundary) {
  const Minimized result = run(everything(), [](const Variance& v) { return strength(v, "rotate") > 0.5; });
  EXPECT_GT(strength(result.variance, "rotate"), 0.5);
  EXPECT_LT(strength(result.variance, "rotate"), 0.5 / 0.9 + 1e-9);
}

TEST(Minimize, GivesNumbersThatAPersonCanType) {
  const Minimized result = run(everything(), [](const Variance& v) { return strength(v, "rotate") > 0.31; });
  const double degrees = result.variance.data.front().values.front();
  EXPECT_EQ(degrees, std::round(degrees));
}

TEST(Minimize, StopsWhenAnyStrengthFails) {
  const Minimized result = run(everything(), [](const Variance& v) { return strength(v, "rotate") > 0.0; });
  EXPECT_LT(strength(result.variance, "rotate"), 0.01);
}

TEST(Minimize, SaysWhenTheAllowanceRanOut) {
  int left = 3;
  const Minimized result = minimize(everything(), toy_space(), [&](const Variance& v) -> std::optional<bool> {
    if (left-- == 0) return std::nullopt;
    return strength(v, "rotate") > 0.3;
  });
  EXPECT_FALSE(result.minimal);
  EXPECT_GT(strength(result.variance, "rotate"), 0.3);
}

TEST(Minimize, AsksNoVarianceTwice) {
  std::set<std::string> asked;
  run(everything(), [&](const Variance& v) {
    EXPECT_TRUE(asked.insert(space::to_json(v, space::toy_catalogue()).dump()).second);
    return strength(v, "rotate") > 0.3 && strength(v, "blur") > 0.1;
  });
}

/// A random landscape: the failure needs some genes beyond some strengths, and islands of strength that do not fail.
struct Landscape {
  explicit Landscape(Rng& rng) {
    for (const char* transform : {"rotate", "jpeg", "blur"})
      if (rng.chance(0.6)) needed.push_back({transform, rng.uniform(0.02, 0.4), rng.uniform(0.4, 0.8)});
    for (const char* knob : {"precision", "threads", "graph"})
      if (rng.chance(0.3)) knobs.push_back(knob);
  }
  bool fails(const Variance& v) const {
    for (const Need& need : needed) {
      const double s = strength(v, need.transform);
      if (s <= need.from || (s > need.gap && s < need.gap + 0.05)) return false;
    }
    return std::all_of(knobs.begin(), knobs.end(), [&](const std::string& knob) { return has(v, knob); });
  }
  struct Need {
    std::string transform;
    double from, gap;
  };
  std::vector<Need> needed;
  std::vector<std::string> knobs;
};

void expect_minimal(const Variance& result, const Landscape& landscape) {
  for (std::size_t i = 0; i < result.data.size(); ++i) {
    Variance smaller = result;
    smaller.data.erase(smaller.data.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(!space::genes(smaller).empty() && landscape.fails(smaller));
    Variance milder = result;
    const space::Parameter& parameter = space::toy_catalogue().find_transform(result.data[i].transform)->parameters[0];
    double& value = milder.data[i].values[0];
    value += 0.1 * (parameter.neutral - value);
    EXPECT_TRUE(parameter.integer || !landscape.fails(milder)) << result.data[i].transform;
  }
  for (const auto& [knob, value] : result.config) {
    Variance smaller = result;
    smaller.config.erase(knob);
    EXPECT_FALSE(!space::genes(smaller).empty() && landscape.fails(smaller));
  }
}

TEST(Minimize, IsMinimalOnEveryRandomLandscape) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    Rng rng(i, "landscape");
    const Landscape landscape(rng);
    if ((landscape.needed.empty() && landscape.knobs.empty()) || !landscape.fails(everything())) continue;
    const Minimized result = run(everything(), [&](const Variance& v) { return landscape.fails(v); });
    EXPECT_TRUE(landscape.fails(result.variance));
    expect_minimal(result.variance, landscape);
    if (testing::Test::HasFailure()) FAIL() << "landscape " << i;
  }
}

}  // namespace
}  // namespace robustcheck::analysis
