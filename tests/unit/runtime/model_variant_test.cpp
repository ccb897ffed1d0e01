#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_models.h"

namespace robustcheck::runtime {
namespace {

using oracle::Status;
using space::Assignment;
using testing::HasSubstr;

std::vector<float> scores(Model& model, const Assignment& config) {
  const Ramp ramp(4);
  return model.run(ramp.batch(), config).values;
}

std::unique_ptr<Model> with_variant(const std::string& name) {
  return load_torchscript(model_file("traced.pt"), kRoomy, {{{"other", model_file(name)}}, {}});
}

TEST(ModelVariant, RunsTheOtherFileUnderEveryOtherKnob) {
  const std::unique_ptr<Model> model = with_variant("other_seed.pt");
  const std::unique_ptr<Model> alone = load_torchscript(model_file("other_seed.pt"), kRoomy);
  for (const Assignment& config : {Assignment{}, {{"precision", "bf16"}}, {{"graph", "optimized"}}}) {
    Assignment other = config;
    other["model_variant"] = "other";
    EXPECT_EQ(scores(*model, other), scores(*alone, config));
    EXPECT_NE(scores(*model, other), scores(*model, config));
  }
  EXPECT_EQ(scores(*model, {{"model_variant", "as_given"}}), scores(*model, {}));
}

TEST(ModelVariant, IsUnavailableWithAnotherNumberOfOutputs) {
  const std::unique_ptr<Model> model = with_variant("four_classes.pt");
  const ModelFailure failure = failure_of([&] { scores(*model, {{"model_variant", "other"}}); });
  EXPECT_EQ(failure.status, Status::unavailable);
  EXPECT_THAT(failure.what(), HasSubstr("gives 4 outputs per image, the reference 5"));
}

TEST(ModelVariant, IsUnavailableWithoutItsFile) {
  const std::unique_ptr<Model> model = with_variant("other_seed.pt");
  const ModelFailure failure = failure_of([&] { scores(*model, {{"model_variant", "third"}}); });
  EXPECT_EQ(failure.status, Status::unavailable);
  EXPECT_THAT(failure.what(), HasSubstr("--variant third=FILE"));
}

TEST(ModelVariant, IsDiagnosedWithTheModel) {
  const ModelFailure failure = failure_of([] { with_variant("state_dict.pt"); });
  EXPECT_EQ(failure.status, Status::model_error);
  EXPECT_THAT(failure.what(), HasSubstr("state_dict.pt: this is a state_dict"));
}

}  // namespace
}  // namespace robustcheck::runtime
