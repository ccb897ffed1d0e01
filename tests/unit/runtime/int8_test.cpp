#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "test_models.h"

namespace robustcheck::runtime {
namespace {

using oracle::Status;
using space::Assignment;
using testing::HasSubstr;

const Assignment kPerTensor = {{"int8", "static_per_tensor"}};
const Assignment kPerChannel = {{"int8", "static_per_channel"}};

/// Calibrates on `batches` times the images of ramp(), each value times `scale`; counts how often it is asked.
struct Calibration {
  explicit Calibration(int batches, float scale = 1.0f) : count(batches), ramp(8) {
    for (float& value : ramp.values) value *= scale;
  }
  CalibrationRun run() {
    return [this](const std::function<void(const Batch&)>& take) {
      ++runs;
      for (int i = 0; i < count; ++i) take(ramp.batch());
    };
  }

  int count;
  int runs = 0;
  Ramp ramp;
};

std::unique_ptr<Model> open(const std::string& name, Calibration& calibration) {
  return load_torchscript(model_file(name), kRoomy, {{}, calibration.run()});
}

std::vector<float> scores(Model& model, const Assignment& config, int count = 8) {
  const Ramp ramp(count);
  return model.run(ramp.batch(), config).values;
}

/// Rows whose largest score is at the same place.
int same_predictions(const std::vector<float>& a, const std::vector<float>& b) {
  constexpr std::ptrdiff_t kClasses = 5;
  int same = 0;
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(a.size()); i += kClasses) {
    const auto best = [i](const std::vector<float>& rows) {
      return std::max_element(rows.begin() + i, rows.begin() + i + kClasses) - rows.begin() - i;
    };
    same += best(a) == best(b) ? 1 : 0;
  }
  return same;
}

class Int8Model : public testing::TestWithParam<std::string> {
 protected:
  Calibration calibration_{2};
  std::unique_ptr<Model> model_ = open(GetParam(), calibration_);
};

TEST_P(Int8Model, MovesTheScoresAndHardlyThePredictions) {
  const std::vector<float> reference = scores(*model_, {});
  for (const Assignment& config : {kPerTensor, kPerChannel}) {
    const std::vector<float> quantized = scores(*model_, config);
    EXPECT_GT(largest_difference(reference, quantized), 1e-3);
    EXPECT_LT(largest_difference(reference, quantized), 0.5);
    EXPECT_GE(same_predictions(reference, quantized), 7);
  }
  EXPECT_NE(scores(*model_, kPerTensor), scores(*model_, kPerChannel));
}

TEST_P(Int8Model, RunsOnEveryEngineThatThisMachineHas) {
  for (const char* engine : {"x86", "onednn", "fbgemm", "qnnpack"}) {
    Assignment config = kPerTensor;
    config["int8_engine"] = engine;
    std::vector<float> quantized;
    const ModelFailure failure = failure_of([&] { quantized = scores(*model_, config); });
    if (failure.status == Status::ok) {
      // onednn has all 8 bits, and saturates on a CPU without VNNI: 0.94 there
      EXPECT_LT(largest_difference(quantized, scores(*model_, {})), 1.5) << engine;
    } else {
      EXPECT_EQ(failure.status, Status::unavailable) << engine;
      EXPECT_THAT(failure.what(), HasSubstr("has no int8 engine"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Int8Model, testing::Values("traced.pt", "scripted.pt", "frozen.pt"),
                         [](const auto& entry) { return entry.param.substr(0, entry.param.find('.')); });

TEST(Int8, CalibratesWhenItIsFirstAskedFor) {
  Calibration calibration(1);
  const std::unique_ptr<Model> model = open("traced.pt", calibration);
  scores(*model, {});
  EXPECT_EQ(calibration.runs, 0);
  const std::vector<float> first = scores(*model, kPerChannel);
  EXPECT_EQ(calibration.runs, 1);
  scores(*model, {});
  EXPECT_EQ(scores(*model, kPerChannel), first);
  EXPECT_EQ(calibration.runs, 1);
}

TEST(Int8, CutsOffWhatTheCalibrationImagesDidNotReach) {
  Calibration whole(1), dark(1, 0.01f);
  const std::vector<float> reference = scores(*open("traced.pt", whole), {});
  EXPECT_GT(largest_difference(scores(*open("traced.pt", dark), kPerChannel), reference),
            5 * largest_difference(scores(*open("traced.pt", whole), kPerChannel), reference));
}

TEST(Int8, IsUnavailableWithoutCalibrationImages) {
  Calibration none(0);
  for (const std::unique_ptr<Model>& model : {open("traced.pt", none), load_torchscript(model_file("traced.pt"), 0)}) {
    const ModelFailure failure = failure_of([&, &m = model] { scores(*m, kPerChannel); });
    EXPECT_EQ(failure.status, Status::unavailable);
    EXPECT_THAT(failure.what(), HasSubstr("needs calibration images"));
  }
}

TEST(Int8, IsUnavailableWhereNoOperatorIsQuantized) {
  Calibration calibration(1);
  const std::unique_ptr<Model> model = open("needs_contiguous.pt", calibration);
  const ModelFailure failure = failure_of([&] { scores(*model, kPerChannel); });
  EXPECT_EQ(failure.status, Status::unavailable);
  EXPECT_THAT(failure.what(), HasSubstr("no convolution or linear layer was quantized"));
}

/// Its scripted form made the passes read a null pointer when they met it call by call.
TEST(Int8, QuantizesAScriptedAttentionLayer) {
  Calibration calibration(2);
  const std::unique_ptr<Model> model = open("attention.pt", calibration);
  std::vector<float> quantized;
  const ModelFailure failure = failure_of([&] { quantized = scores(*model, kPerChannel); });
  ASSERT_TRUE(failure.status == Status::ok || failure.status == Status::unavailable) << failure.what();
  if (failure.status == Status::ok) {
    EXPECT_LT(largest_difference(quantized, scores(*model, {})), 0.5);
  }
}

TEST(Int8, IsUnavailableNotAFailureOfTheModelWhereItDoesNotRun) {
  Calibration calibration(1);
  const std::unique_ptr<Model> model = open("batch_statistics.pt", calibration);
  const ModelFailure failure = failure_of([&] { scores(*model, kPerChannel); });
  EXPECT_EQ(failure.status, Status::unavailable);
  EXPECT_THAT(failure.what(), HasSubstr("quantized::batch_norm"));
  EXPECT_EQ(scores(*model, {}).size(), 40u);
}

TEST(Int8, IsUnavailableNotAFailureOfTheModelWhereAPassThrows) {
  Calibration wrong(1);
  wrong.ramp = Ramp(8);
  const CalibrationRun gray = [&](const auto& take) { take({wrong.ramp.values, 8 * 3, 1, 8, 8}); };
  const std::unique_ptr<Model> model = load_torchscript(model_file("traced.pt"), kRoomy, {{}, gray});
  EXPECT_EQ(failure_of([&] { scores(*model, kPerChannel); }).status, Status::unavailable);
  EXPECT_EQ(scores(*model, {}).size(), 40u);
}

TEST(Int8, AnswersWithAReasonWhatItCannotBeCombinedWith) {
  Calibration calibration(1);
  const std::unique_ptr<Model> model = open("traced.pt", calibration);
  const std::pair<Assignment, std::string> conflicts[] = {
      {{{"int8", "static_per_channel"}, {"precision", "bf16"}}, "in fp32"},
      {{{"int8", "static_per_channel"}, {"precision", "weights_fp16"}}, "in fp32"},
      {{{"int8", "static_per_tensor"}, {"weight_only", "int4"}}, "weight_only must be off"},
      {{{"int8", "static_per_tensor"}, {"graph", "optimized"}}, "graph must be as_saved"},
      {{{"int8_engine", "onednn"}}, "int8_engine needs int8"},
  };
  for (const auto& [config, reason] : conflicts) {
    const ModelFailure failure = failure_of([&, &c = config] { scores(*model, c); });
    EXPECT_EQ(failure.status, Status::unavailable) << reason;
    EXPECT_THAT(failure.what(), HasSubstr(reason));
  }
}

TEST(Int8, CombinesWithAnEditedGraphAndWithChannelsLast) {
  Calibration calibration(2);
  const std::unique_ptr<Model> model = open("structural.pt", calibration);
  const Assignment edited = {{"batch_norm_eps", "0.001"}};
  Assignment both = edited;
  both.insert(kPerChannel.begin(), kPerChannel.end());
  const double to_edited = largest_difference(scores(*model, both), scores(*model, edited));
  EXPECT_LT(to_edited, largest_difference(scores(*model, both), scores(*model, {})));
  Assignment last = kPerChannel;
  last["memory_format"] = "channels_last";
  EXPECT_LT(largest_difference(scores(*model, last), scores(*model, kPerChannel)), 0.1);
}

}  // namespace
}  // namespace robustcheck::runtime
