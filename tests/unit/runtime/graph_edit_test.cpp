#include "graph_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "robustcheck/base/json.h"
#include "robustcheck/space/catalogue.h"
#include "test_models.h"

namespace robustcheck::runtime {
namespace {

using oracle::Status;
using space::Assignment;
using testing::HasSubstr;

std::vector<float> scores(Model& model, const Assignment& config, int count = 4) {
  const Ramp ramp(count);
  return model.run(ramp.batch(), config).values;
}

/// "gelu=tanh" -> {gelu: tanh}.
Assignment config_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return {};
  return {{text.substr(0, equals), text.substr(equals + 1)}};
}

class EditedModel : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Model> model_ = load_torchscript(model_file(GetParam()), kRoomy);
};

TEST_P(EditedModel, ComputesWhatPyTorchComputesFromANetworkBuiltThatWay) {
  const Json expected = read_json(model_file("structural.json"));
  const std::vector<float> reference = scores(*model_, {});
  for (const auto& [name, rows] : expected["logits"].items()) {
    std::vector<float> wanted;
    for (const Json& row : rows)
      for (const Json& score : row) wanted.push_back(score.get<float>());
    const std::vector<float> found = scores(*model_, config_of(name));
    EXPECT_LT(largest_difference(found, wanted), 2e-5) << name;
    EXPECT_EQ(largest_difference(found, reference) > 5e-5, !name.empty()) << name;
  }
}

TEST_P(EditedModel, GivesTheSameBitsWhereTheGraphHasThatValueAlready) {
  const std::vector<float> reference = scores(*model_, {});
  for (const char* same :
       {"pool_ceil_mode=floor", "pool_count_include_pad=include", "gelu=exact", "batch_norm_eps=1e-05",
        "layer_norm_eps=1e-05", "align_corners=false", "pool_ceil_mode=as_saved", "upsample_mode=as_saved"})
    EXPECT_EQ(scores(*model_, config_of(same)), reference) << same;
}

TEST_P(EditedModel, CombinesEditsWithEachOtherAndWithOtherKnobs) {
  const Assignment edits = {{"batch_norm_eps", "0.001"}, {"upsample_mode", "nearest"}};
  const std::vector<float> edited = scores(*model_, edits);
  EXPECT_GT(largest_difference(edited, scores(*model_, {{"batch_norm_eps", "0.001"}})), 1e-2);
  EXPECT_GT(largest_difference(edited, scores(*model_, {{"upsample_mode", "nearest"}})), 1e-2);
  for (const Assignment& more : {Assignment{{"graph", "frozen"}},
                                 {{"graph", "optimized"}},
                                 {{"onednn", "off"}},
                                 {{"memory_format", "channels_last"}}}) {
    Assignment both = edits;
    both.insert(more.begin(), more.end());
    EXPECT_LT(largest_difference(edited, scores(*model_, both)), 1e-4) << more.begin()->second;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EditedModel,
                         testing::Values("structural.pt", "structural_scripted.pt", "structural_frozen.pt"),
                         [](const auto& entry) { return entry.param.substr(0, entry.param.find('.')); });

TEST(GraphEdit, IsUnavailableWhereTheGraphHasNoSuchNode) {
  const std::unique_ptr<Model> model = load_torchscript(model_file("traced.pt"), kRoomy);
  for (const auto& [knob, value, node] :
       std::vector<std::array<std::string, 3>>{{"gelu", "tanh", "GELU"},
                                               {"layer_norm_eps", "0.001", "layer normalisation"},
                                               {"pool_count_include_pad", "exclude", "average pooling"},
                                               {"upsample_mode", "nearest", "resampling"}}) {
    const ModelFailure failure = failure_of([&, k = knob, v = value] { scores(*model, {{k, v}}); });
    EXPECT_EQ(failure.status, Status::unavailable) << knob;
    EXPECT_STREQ(failure.what(), ("the graph has no " + node + " node").c_str());
  }
}

TEST(GraphEdit, IsUnavailableForBatchNormThatWasFoldedBeforeSaving) {
  const std::unique_ptr<Model> model = load_torchscript(model_file("frozen.pt"), kRoomy);
  const ModelFailure failure = failure_of([&] { scores(*model, {{"batch_norm_eps", "0.001"}}); });
  EXPECT_EQ(failure.status, Status::unavailable);
}

TEST(GraphEdit, IsUnavailableWhereItBreaksShapes) {
  const std::unique_ptr<Model> model = load_torchscript(model_file("fixed_pool.pt"), kRoomy);
  const std::vector<float> reference = scores(*model, {});
  const ModelFailure failure = failure_of([&] { scores(*model, {{"pool_ceil_mode", "ceil"}}); });
  EXPECT_EQ(failure.status, Status::unavailable);
  EXPECT_THAT(failure.what(), HasSubstr("the changed network does not run: "));
  EXPECT_EQ(scores(*model, {}), reference);
}

TEST(GraphEdit, TakesItsValuesFromTheCatalogue) {
  for (const space::KnobInfo& knob : space::all_knobs()) {
    const auto values = edit_values(knob.name);
    if (values.empty()) continue;
    EXPECT_EQ(std::vector<std::string>(values.begin(), values.end()), knob.values) << knob.name;
  }
}

}  // namespace
}  // namespace robustcheck::runtime
