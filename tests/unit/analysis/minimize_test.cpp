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

TEST(Minimize, NeverAsksForKnobsThatCannotBeCombined) {
  const Variance failing{{{"rotate", {40}}}, {{"yuv", "i420"}, {"yuv_matrix", "bt709"}}, 0};
  const Minimized result = run(failing, [](const Variance& v) {
    EXPECT_EQ(space::incompatible(v.config), "");
    return has(v, "yuv_matrix");
  });
  EXPECT_EQ(result.variance.config, failing.config);
  EXPECT_TRUE(result.minimal);
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

/// Nothing is monotone: random sets of genes fail, each transform only at scattered strengths.
struct Chaos {
  explicit Chaos(std::uint64_t landscape) : seed(landscape) {
    Rng rng(seed, "start");
    start.data[0].values[0] = rng.uniform(-45.0, 45.0);
    start.data[2].values[0] = rng.uniform(0.01, 0.2);
  }
  bool fails(const Variance& v) const {
    if (v == start) return true;
    std::string names;
    for (const std::string& gene : space::genes(v)) names += gene + " ";
    bool all = Rng(seed, names).chance(0.6);
    for (const space::Step& step : v.data)
      all = all && Rng(seed, step.transform, bucket(strength(v, step.transform))).chance(0.6);
    return all;
  }
  /// No short number lies on an edge, where the last bits of a value would decide.
  static std::uint64_t bucket(double strength) { return static_cast<std::uint64_t>(strength * 197.3137); }
  std::uint64_t seed;
  Variance start = everything();
};

/// A tenth of the distance to neutral; an integer moves by one at least.
double tenth_milder(const space::Parameter& parameter, double value) {
  const double target = value + 0.1 * (parameter.neutral - value);
  if (!parameter.integer) return target;
  const double rounded = std::round(target);
  return rounded != value ? rounded : value + (value < parameter.neutral ? 1.0 : -1.0);
}

template <class Fails>
void expect_minimal(const Variance& result, const Fails& fails) {
  for (std::size_t i = 0; i < result.data.size(); ++i) {
    Variance smaller = result;
    smaller.data.erase(smaller.data.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(!space::genes(smaller).empty() && fails(smaller));
    Variance milder = result;
    const space::TransformInfo& info = *space::toy_catalogue().find_transform(result.data[i].transform);
    double& value = milder.data[i].values[0];
    if (info.parameters[0].magnitude(value) < 1e-3) continue;  // as faint as minimize() goes
    value = tenth_milder(info.parameters[0], value);
    EXPECT_TRUE(space::is_neutral(milder.data[i], info) || !fails(milder)) << result.data[i].transform;
  }
  for (const auto& [knob, value] : result.config) {
    Variance smaller = result;
    smaller.config.erase(knob);
    EXPECT_FALSE(!space::genes(smaller).empty() && fails(smaller));
  }
}

TEST(Minimize, IsMinimalOnEveryRandomLandscape) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    Rng rng(i, "landscape");
    const Landscape landscape(rng);
    if ((landscape.needed.empty() && landscape.knobs.empty()) || !landscape.fails(everything())) continue;
    const auto fails = [&](const Variance& v) { return landscape.fails(v); };
    const Minimized result = run(everything(), fails);
    EXPECT_TRUE(fails(result.variance));
    expect_minimal(result.variance, fails);
    if (testing::Test::HasFailure()) FAIL() << "landscape " << i;
  }
}

TEST(Minimize, IsMinimalWhereNothingIsMonotone) {
  const Space space = [] {
    Space any = toy_space();
    for (space::TransformGene& gene : any.transforms) gene.info.monotone = gene.info.name == "rotate";
    return any;
  }();
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const Chaos chaos(i);
    const auto fails = [&](const Variance& v) { return chaos.fails(v); };
    const Minimized result = minimize(chaos.start, space, [&](const Variance& v) { return std::optional(fails(v)); });
    EXPECT_TRUE(result.minimal && fails(result.variance));
    expect_minimal(result.variance, fails);
    if (testing::Test::HasFailure()) FAIL() << "landscape " << i;
  }
}

}  // namespace
}  // namespace robustcheck::analysis
