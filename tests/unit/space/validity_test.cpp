#include "robustcheck/space/validity.h"

#include <gtest/gtest.h>

#include "robustcheck/base/error.h"

namespace robustcheck::space {
namespace {

Parameter strength(const std::string& name, double low, double high, double neutral) {
  Parameter parameter;
  parameter.name = name;
  parameter.low = low;
  parameter.high = high;
  parameter.neutral = neutral;
  return parameter;
}

Catalogue catalogue() {
  Catalogue catalogue;
  catalogue.transforms.push_back({"rotate", "geometry", "", "", {strength("degrees", -45, 45, 0)}});
  catalogue.transforms.push_back({"shift", "geometry", "", "", {strength("x", -1, 1, 0)}});
  catalogue.transforms.push_back({"blur", "blur", "", "", {strength("sigma", 0, 8, 0)}});
  return catalogue;
}

TEST(Validity, OneOfThreeMeasuresIsEnough) {
  const Validity rule;
  EXPECT_TRUE(rule.accepts({.ssim = 0.1, .l0 = 0.01, .linf = 1.0}));
  EXPECT_TRUE(rule.accepts({.ssim = 0.1, .l0 = 0.5, .linf = 0.1}));
  EXPECT_TRUE(rule.accepts({.ssim = 0.9, .l0 = 0.5, .linf = 1.0}));
  EXPECT_FALSE(rule.accepts({.ssim = 0.1, .l0 = 0.5, .linf = 1.0}));
}

TEST(Validity, OffAcceptsEverything) {
  const Validity rule = parse_validity({"off"}, {}, "--validity");
  EXPECT_TRUE(rule.accepts({.ssim = -1.0, .l0 = 1.0, .linf = 1.0}));
}

TEST(Validity, ReadsWhatIsGivenAndKeepsTheRest) {
  const Validity rule = parse_validity({"ssim=0.7", "l0=0"}, {}, "--validity");
  EXPECT_EQ(rule.ssim, 0.7);
  EXPECT_EQ(rule.l0, 0.0);
  EXPECT_EQ(rule.linf, 0.2);
}

TEST(Validity, NamesWhatIsWrong) {
  for (const char* part : {"sim=0.7", "ssim", "ssim=2", "ssim=much"}) try {
      parse_validity({part}, {}, "--validity");
      ADD_FAILURE() << part;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find("--validity: "), std::string::npos);
    }
}

TEST(Validity, AChainHasOneStrongGeometricStep) {
  Variance variance{{{"rotate", {40}}, {"blur", {8}}, {"shift", {-0.6}}}, {}};
  EXPECT_TRUE(weaken_geometry(variance, {}, catalogue()));
  EXPECT_EQ(variance.data[0].values[0], 40) << "the strongest stays";
  EXPECT_EQ(variance.data[1].values[0], 8) << "no geometry";
  EXPECT_NEAR(variance.data[2].values[0], -0.5, 1e-12);
  EXPECT_FALSE(weaken_geometry(variance, {}, catalogue()));
}

TEST(Validity, MilderMovesEveryStrength) {
  const Variance variance{{{"rotate", {40}}, {"blur", {8}}}, {}};
  const Variance half = milder(variance, 0.5, catalogue());
  EXPECT_EQ(half.data[0].values[0], 20);
  EXPECT_EQ(half.data[1].values[0], 4);
  EXPECT_TRUE(milder(variance, 0.0, catalogue()).data.empty());
}

}  // namespace
}  // namespace robustcheck::space
