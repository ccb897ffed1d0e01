#include "robustcheck/app/variants.h"

#include <gtest/gtest.h>

#include "robustcheck/app/case_file.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"

namespace robustcheck::app {
namespace {

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    parse_variants(arguments);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
}

TEST(Variants, AreNamedFiles) {
  const std::vector<report::VariantFile> variants = parse_variants({"seed2=/m/a.pt", "tf-2.1=/m/b=c.pt"});
  ASSERT_EQ(variants.size(), 2U);
  EXPECT_EQ(variants[0].name, "seed2");
  EXPECT_EQ(variants[1].path, "/m/b=c.pt");
  EXPECT_EQ(catalogue_with(variants).knob("model_variant", "").values,
            (std::vector<std::string>{"as_given", "seed2", "tf-2.1"}));
}

TEST(Variants, AreRefusedWithAReason) {
  EXPECT_EQ(refusal({"a.pt"}), "--variant a.pt: is not NAME=FILE");
  EXPECT_EQ(refusal({"x="}), "--variant x=: is not NAME=FILE");
  EXPECT_EQ(refusal({"=a.pt"}), "--variant =a.pt: '' is no name (letters, digits, '.', '_', '-')");
  EXPECT_EQ(refusal({"a b=a.pt"}), "--variant a b=a.pt: 'a b' is no name (letters, digits, '.', '_', '-')");
  EXPECT_EQ(refusal({"a=a.pt", "a=b.pt"}), "--variant a=b.pt: the name a is given twice");
  EXPECT_EQ(refusal({"as_given=a.pt"}), "--variant as_given=a.pt: as_given is the model itself");
}

class CaseFile : public testing::Test {
 protected:
  CaseFile() {
    session_.dataset.images = {{"/i/a.png", "a.png", std::string(64, 'a'), 0},
                               {"/i/b.png", "b.png", std::string(64, 'b'), 1}};
    session_.calibration = {1};
    session_.variants = {{"seed2", "/m/2.pt", std::string(64, '2')}, {"seed3", "/m/3.pt", std::string(64, '3')}};
    case_.preprocessing.mean = case_.preprocessing.std = {1, 1, 1};
    case_.preprocessing.input = {8, 8};
    case_.image = session_.dataset.images[0];
    case_.oracle = "label";
    case_.reference = case_.observed = oracle::make_observation({1.0f, 2.0f}, OutputKind::logits);
  }
  Case stored(const space::Assignment& config) {
    Case one = case_;
    one.variance.config = config;
    add_files(one, session_);
    const std::filesystem::path path = testing::TempDir() + "/case.json";
    write_file(path, to_json(one).dump());
    return read_case(path);
  }

  Session session_;
  Case case_;
};

TEST_F(CaseFile, HoldsTheCheckpointThatItsVarianceNames) {
  const Case one = stored({{"model_variant", "seed3"}});
  ASSERT_EQ(one.variants.size(), 1U);
  EXPECT_EQ(one.variants[0].name, "seed3");
  EXPECT_EQ(one.variants[0].path, "/m/3.pt");
  EXPECT_EQ(one.variants[0].sha256, std::string(64, '3'));
  EXPECT_EQ(one.variance.config, (space::Assignment{{"model_variant", "seed3"}}));
  EXPECT_TRUE(one.calibration.empty());
}

TEST_F(CaseFile, HoldsTheCalibrationImagesOfAnInt8Network) {
  const Case one = stored({{"int8", "static_per_channel"}});
  ASSERT_EQ(one.calibration.size(), 1U);
  EXPECT_EQ(one.calibration[0].path, "/i/b.png");
  EXPECT_EQ(one.calibration[0].sha256, std::string(64, 'b'));
  EXPECT_TRUE(one.variants.empty());
}

}  // namespace
}  // namespace robustcheck::app
