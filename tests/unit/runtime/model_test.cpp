#include "robustcheck/runtime/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <tuple>

#include "robustcheck/base/json.h"
#include "robustcheck/space/catalogue.h"
#include "test_models.h"

namespace robustcheck::runtime {
namespace {

using oracle::Status;
using space::Assignment;
using testing::HasSubstr;
using testing::Not;

std::unique_ptr<Model> open(const std::string& name, std::uint64_t cache_bytes = kRoomy) {
  return load_torchscript(model_file(name), cache_bytes);
}

std::vector<float> scores(Model& model, const Assignment& config, int count = 32) {
  const Ramp ramp(count);
  return model.run(ramp.batch(), config).values;
}

bool is_cuda(const std::string& knob) {
  return knob == "device" || knob == "matmul_tf32" || knob == "fp16_reduction" || knob.starts_with("cudnn_");
}

class GoodModel : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Model> model_ = open(GetParam());
};

TEST_P(GoodModel, ComputesWhatPyTorchComputes) {
  const Json expected = read_json(model_file("expected.json"));
  const Ramp ramp(expected["batch"].get<int>());
  const Logits logits = model_->run(ramp.batch(), {});
  std::vector<float> rows;
  for (const Json& row : expected["logits"])
    for (const Json& score : row) rows.push_back(score.get<float>());
  EXPECT_EQ(logits.classes, 5);
  EXPECT_LT(largest_difference(logits.values, rows), 1e-4);
}

/// What a process in the plain environment, this machine or this file may lack.
bool may_be_unavailable(const space::KnobInfo& knob, const std::string& value, const std::string& file) {
  if (value == knob.reference()) return false;
  return knob.scope == "process" || is_cuda(knob.name) || knob.knob_class == "structural" ||
         knob.name.starts_with("int8") || (file == "frozen.pt" && value == "frozen");
}

TEST_P(GoodModel, RunsUnderEveryKnobValueOrSaysWhyNot) {
  for (const space::KnobInfo& knob : space::all_knobs())
    for (const std::string& value : knob.values) {
      std::size_t count = 0;
      const ModelFailure failure = failure_of([&] { count = scores(*model_, {{knob.name, value}}).size(); });
      const bool excused = failure.status == Status::unavailable && may_be_unavailable(knob, value, GetParam());
      EXPECT_TRUE(count == 32 * 5 || excused) << knob.name << "=" << value << ": " << failure.what();
    }
}

TEST_P(GoodModel, MovesItsScoresWithinMeasuredBounds) {
  struct Bound {
    Assignment config;
    double least, most;
  };
  // five times what was measured with LibTorch 2.13 on AVX-512; largest score 7
  const Bound bounds[] = {
      {{{"precision", "bf16"}}, 1e-3, 0.15},
      {{{"precision", "fp16"}}, 1e-4, 0.02},
      {{{"precision", "fp64"}}, 0.0, 5e-5},
      {{{"precision", "autocast_bf16"}}, 1e-3, 0.15},
      {{{"precision", "weights_bf16"}}, 1e-3, 0.1},
      {{{"precision", "weights_fp16"}}, 1e-4, 0.01},
      {{{"memory_format", "channels_last"}}, 0.0, 5e-5},
      {{{"graph", "optimized"}}, 0.0, 5e-5},
      {{{"onednn", "off"}}, 0.0, 5e-5},
      {{{"threads", "2"}}, 0.0, 5e-5},
      {{{"batch_position", "reversed"}}, 0.0, 5e-5},
      {{{"deterministic", "on"}}, 0.0, 5e-5},
      {{{"flush_denormal", "on"}}, 0.0, 5e-5},
      {{{"jit_fusion", "off"}}, 0.0, 5e-5},
      {{{"nnpack", "off"}}, 0.0, 5e-5},
      {{{"float32_precision", "bf16"}}, 0.0, 0.15},
      {{{"weight_only", "int8"}}, 1e-3, 0.15},
      {{{"weight_only", "int6"}}, 0.01, 0.6},
      {{{"weight_only", "int4"}}, 0.05, 2.0},
  };
  const std::vector<float> reference = scores(*model_, {});
  for (const Bound& bound : bounds) {
    const double moved = largest_difference(reference, scores(*model_, bound.config));
    const auto& [knob, value] = *bound.config.begin();
    EXPECT_GE(moved, bound.least) << knob << "=" << value;
    EXPECT_LE(moved, bound.most) << knob << "=" << value;
  }
}

TEST_P(GoodModel, CombinesKnobs) {
  const std::vector<float> reference = scores(*model_, {});
  for (const char* graph : {"as_saved", "frozen", "optimized"})
    for (const char* precision : {"fp32", "bf16", "fp64", "autocast_bf16", "weights_fp16"}) {
      if (graph == std::string("frozen") && GetParam() == "frozen.pt") continue;
      const Assignment config = {{"graph", graph}, {"precision", precision}, {"memory_format", "channels_last"}};
      EXPECT_LT(largest_difference(reference, scores(*model_, config)), 0.2) << graph << " " << precision;
    }
}

TEST_P(GoodModel, SaysWhatAConfigurationRewrote) {
  const std::pair<Assignment, std::string> notes[] = {{{}, ""},
                                                      {{{"threads", "2"}}, ""},
                                                      {{{"weight_only", "int4"}}, "2 of 2 weights rounded"},
                                                      {{{"precision", "bf16"}}, "tensors cast to bf16"},
                                                      {{{"precision", "weights_fp16"}}, "parameters rounded to fp16"},
                                                      {{{"memory_format", "channels_last"}}, "stored in channels_last"},
                                                      {{{"pool_ceil_mode", "ceil"}}, "1 pooling nodes rewritten"}};
  const Ramp ramp(4);
  for (const auto& [config, note] : notes) {
    const std::string said = model_->run(ramp.batch(), config).note;
    EXPECT_THAT(said, note.empty() ? testing::Matcher<std::string>(testing::IsEmpty()) : HasSubstr(note));
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoodModel, testing::Values("traced.pt", "scripted.pt", "frozen.pt"),
                         [](const auto& entry) { return entry.param.substr(0, entry.param.find('.')); });

struct Call {
  Assignment config;
  int count;
};

std::vector<Call> many_calls() {
  std::vector<Call> calls;
  for (const Assignment& config : {Assignment{},
                                   {{"onednn", "off"}},
                                   {{"threads", "2"}},
                                   {{"graph", "frozen"}},
                                   {{"graph", "optimized"}},
                                   {{"precision", "bf16"}},
                                   {{"precision", "autocast_bf16"}},
                                   {{"float32_precision", "bf16"}},
                                   {{"deterministic", "on"}, {"nnpack", "off"}},
                                   {{"flush_denormal", "on"}, {"threads", "2"}},
                                   {{"batch_position", "reversed"}, {"jit_fusion", "off"}},
                                   {{"weight_only", "int4"}, {"memory_format", "channels_last"}},
                                   {{"graph", "optimized"}, {"onednn", "off"}, {"threads", "2"}}})
    for (const int count : {32, 1, 2}) calls.push_back({config, count});
  return calls;
}

/// What a call gives in a model of its own.
const std::vector<float>& alone(const Call& call) {
  static std::map<std::pair<Assignment, int>, std::vector<float>> known;
  std::vector<float>& rows = known[{call.config, call.count}];
  if (rows.empty()) rows = scores(*open("traced.pt"), call.config, call.count);
  return rows;
}

/// Runs `calls` in one model, in the given order, and compares every bit with what each gives alone.
void expect_same_bits_as_alone(const std::vector<Call>& calls, std::uint64_t cache_bytes) {
  const std::unique_ptr<Model> model = open("traced.pt", cache_bytes);
  for (const Call& call : calls)
    EXPECT_TRUE(scores(*model, call.config, call.count) == alone(call))
        << Json(call.config).dump() << " batch " << call.count;
}

TEST(TorchScriptModel, GivesTheSameBitsWhateverRanBefore) {
  std::vector<Call> calls = many_calls();
  expect_same_bits_as_alone(calls, kRoomy);
  std::reverse(calls.begin(), calls.end());
  expect_same_bits_as_alone(calls, kRoomy);
}

TEST(TorchScriptModel, GivesTheSameBitsWhenVariantsAreDroppedAndLoadedAgain) {
  expect_same_bits_as_alone(many_calls(), 1);
}

TEST(TorchScriptModel, KeepsItsVariants) {
  const std::unique_ptr<Model> model = open("traced.pt");
  for (int i = 0; i < 2; ++i) scores(*model, {{"graph", i == 0 ? "frozen" : "as_saved"}});
  const double loaded = model->switch_seconds();
  EXPECT_GT(loaded, 0.0);
  for (int i = 0; i < 4; ++i) scores(*model, {{"graph", i % 2 == 0 ? "frozen" : "as_saved"}});
  EXPECT_EQ(model->switch_seconds(), loaded);
}

TEST(TorchScriptModel, LoadsADroppedVariantAgain) {
  const std::unique_ptr<Model> model = open("traced.pt", 1);
  scores(*model, {{"graph", "frozen"}});
  const double before = model->switch_seconds();
  scores(*model, {});
  EXPECT_GT(model->switch_seconds(), before);
}

TEST(TorchScriptModel, ProtectsTheBatchFromANetworkThatWorksInPlace) {
  const std::unique_ptr<Model> model = open("in_place.pt");
  const Ramp ramp(2);
  const std::vector<float> first = model->run(ramp.batch(), {}).values;
  EXPECT_EQ(model->run(ramp.batch(), {}).values, first);
  EXPECT_EQ(ramp.values, Ramp(2).values);
  EXPECT_FLOAT_EQ(first[0], (ramp.values[0] - 0.5f) * 2.0f);
}

struct Rejection {
  std::string name;
  Status status;
  std::string reason;
};

class BadOutput : public testing::TestWithParam<Rejection> {};

TEST_P(BadOutput, IsAFailureInOneLine) {
  const std::unique_ptr<Model> model = open(GetParam().name);
  const ModelFailure failure = failure_of([&] { scores(*model, {}); });
  EXPECT_EQ(failure.status, GetParam().status);
  EXPECT_THAT(failure.what(), HasSubstr(GetParam().reason));
  EXPECT_THAT(failure.what(), Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadOutput,
    testing::Values(Rejection{"tuple_output.pt", Status::model_error, "the model returns a tuple of 2 values"},
                    Rejection{"dict_output.pt", Status::model_error, "the model returns a dict"},
                    Rejection{"list_output.pt", Status::model_error, "the model returns a list"},
                    Rejection{"map_output.pt", Status::model_error, "the model returns a tensor of 32 x 3 x 8 x 8"},
                    Rejection{"flat_output.pt", Status::model_error,
                              "the model returns a tensor of 5, not N x K scores"},
                    Rejection{"integer_output.pt", Status::model_error, "not floating-point scores"},
                    Rejection{"one_row.pt", Status::model_error, "the model returned 1 rows for a batch of 32"},
                    Rejection{"raises.pt", Status::model_error, "this network is on strike"}),
    [](const auto& entry) { return entry.param.name.substr(0, entry.param.name.find('.')); });

TEST(TorchScriptModel, AcceptsAOneRowNetworkAtBatchOne) { EXPECT_EQ(scores(*open("one_row.pt"), {}, 1).size(), 5u); }

TEST(TorchScriptModel, TellsWhenMemoryRunsOut) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer ends the process at an allocation of this size";
#else
  const std::unique_ptr<Model> model = open("greedy.pt");
  EXPECT_EQ(failure_of([&] { scores(*model, {}); }).status, Status::out_of_memory);
#endif
}

TEST(TorchScriptModel, RepeatsTheNetworksOwnMessageAboutAShape) {
  const std::unique_ptr<Model> model = open("traced.pt");
  const std::vector<float> gray(4 * 8 * 8);
  const ModelFailure failure = failure_of([&] { model->run({gray, 4, 1, 8, 8}, {}); });
  EXPECT_EQ(failure.status, Status::model_error);
  EXPECT_THAT(failure.what(), HasSubstr("to have 3 channels, but got 1 channels"));
  EXPECT_THAT(failure.what(), Not(HasSubstr("\n")));
}

TEST(TorchScriptModel, RecoversFromAConfigurationThatFails) {
  for (const auto& [name, config, status] :
       {std::tuple<std::string, Assignment, Status>{
            "needs_contiguous.pt", {{"memory_format", "channels_last"}}, Status::model_error},
        {"fixed_float.pt", {{"precision", "bf16"}}, Status::unavailable}}) {
    const std::unique_ptr<Model> model = open(name);
    const std::vector<float> reference = scores(*model, {});
    EXPECT_EQ(failure_of([&, &c = config] { scores(*model, c); }).status, status) << name;
    EXPECT_EQ(scores(*model, {}), reference) << name;
  }
}

TEST(TorchScriptModel, FlushesDenormalNumbersInTheForwardPassOnly) {
  const std::unique_ptr<Model> model = open("tiny.pt");
  volatile float smallest = std::numeric_limits<float>::min();
  for (const char* threads : {"1", "2"}) {
    const std::vector<float> flushed = scores(*model, {{"flush_denormal", "on"}, {"threads", threads}});
    EXPECT_THAT(flushed, testing::Each(0.0f)) << threads;
    EXPECT_GT(smallest / 2.0f, 0.0f);
    EXPECT_THAT(scores(*model, {{"threads", threads}}), testing::Each(testing::Gt(0.0f))) << threads;
  }
}

TEST(TorchScriptModel, FlushesNoDenormalNumbersAfterAFailure) {
  const std::unique_ptr<Model> model = open("raises.pt");
  failure_of([&] { scores(*model, {{"flush_denormal", "on"}}); });
  volatile float smallest = std::numeric_limits<float>::min();
  EXPECT_GT(smallest / 2.0f, 0.0f);
}

TEST(TorchScriptModel, RefusesAnOperatorWithoutADeterministicForm) {
  const std::unique_ptr<Model> model = open("scatter.pt");
  const ModelFailure failure = failure_of([&] { scores(*model, {{"deterministic", "on"}}); });
  EXPECT_EQ(failure.status, Status::model_error);
  EXPECT_THAT(failure.what(), HasSubstr("does not have a deterministic implementation"));
  EXPECT_EQ(scores(*model, {}).size(), 32u * 5u);
}

TEST(TorchScriptModel, CallsAPrecisionWithoutKernelsUnavailable) {
  const std::unique_ptr<Model> model = open("no_half.pt");
  for (const char* precision : {"fp16", "bf16"}) {
    const ModelFailure failure = failure_of([&] { scores(*model, {{"precision", precision}}); });
    EXPECT_EQ(failure.status, Status::unavailable) << precision;
    EXPECT_THAT(failure.what(), HasSubstr("kernel here for this network")) << precision;
  }
}

TEST(TorchScriptModel, KeepsTheRowsOfAReversedBatchInOrder) {
  const std::unique_ptr<Model> model = open("in_place.pt");
  EXPECT_EQ(scores(*model, {{"batch_position", "reversed"}}), scores(*model, {}));
}

TEST(TorchScriptModel, SaysThatASavedFrozenFileIsFrozen) {
  const std::unique_ptr<Model> model = open("frozen.pt");
  const ModelFailure failure = failure_of([&] { scores(*model, {{"graph", "frozen"}}); });
  EXPECT_EQ(failure.status, Status::unavailable);
  EXPECT_THAT(failure.what(), HasSubstr("frozen before it was saved"));
}

TEST(TorchScriptModel, CallsCudaUnavailableWhereThereIsNone) {
  const std::unique_ptr<Model> model = open("traced.pt");
  for (const space::KnobInfo& knob : space::all_knobs()) {
    if (!is_cuda(knob.name)) continue;
    const ModelFailure failure = failure_of([&] { scores(*model, {{knob.name, knob.values.back()}}); });
    const bool cuda = runtime_info().cuda;
    EXPECT_EQ(failure.status, cuda ? Status::ok : Status::unavailable) << knob.name;
    EXPECT_THAT(failure.what(), HasSubstr(cuda ? "no failure" : "no CUDA device")) << knob.name;
  }
  EXPECT_EQ(scores(*model, {}).size(), 32u * 5u);
}

TEST(TorchScriptModel, CallsAnUnknownKnobUnavailable) {
  const std::unique_ptr<Model> model = open("traced.pt");
  EXPECT_EQ(failure_of([&] { scores(*model, {{"tensorrt", "on"}}); }).status, Status::unavailable);
}

TEST(RuntimeInfo, NamesVersionAndCpu) {
  const RuntimeInfo info = runtime_info();
  EXPECT_THAT(info.version, HasSubstr("."));
  EXPECT_FALSE(info.cpu_capability.empty());
}

}  // namespace
}  // namespace robustcheck::runtime
