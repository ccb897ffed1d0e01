#include "settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "robustcheck/space/catalogue.h"
#include "test_models.h"

namespace robustcheck::runtime {
namespace {

using testing::HasSubstr;

TEST(Settings, OfTheEmptyConfigurationAreTheReference) {
  const Settings settings = settings_of({});
  EXPECT_EQ(settings.variant, VariantKey{});
  EXPECT_EQ(settings.call, CallSettings{});
}

TEST(Settings, OfReferenceValuesAreTheReference) {
  space::Assignment config;
  for (const space::KnobInfo& knob : space::all_knobs()) config[knob.name] = knob.reference();
  EXPECT_EQ(settings_of(config).variant, VariantKey{});
  EXPECT_EQ(settings_of(config).call, CallSettings{});
}

TEST(Settings, KnowEveryValueOfTheCatalogue) {
  for (const space::KnobInfo& knob : space::all_knobs())
    for (const std::string& value : knob.values)
      EXPECT_NO_THROW(settings_of({{knob.name, value}})) << knob.name << "=" << value;
}

TEST(Settings, ReadModelAndCallKnobs) {
  const Settings settings = settings_of({{"precision", "weights_bf16"},
                                         {"memory_format", "channels_last"},
                                         {"graph", "optimized"},
                                         {"weight_only", "int4"},
                                         {"device", "cuda"},
                                         {"jit_fusion", "off"},
                                         {"threads", "4"},
                                         {"onednn", "off"},
                                         {"float32_precision", "bf16"},
                                         {"batch_position", "reversed"},
                                         {"cudnn_tf32", "off"}});
  const VariantKey key{.precision = Precision::weights_bf16,
                       .memory_format = MemoryFormat::channels_last,
                       .graph = Graph::optimized,
                       .weight_only = WeightOnly::int4,
                       .device = Device::cuda,
                       .jit_fusion = false};
  EXPECT_EQ(settings.variant, key);
  const CallSettings call{
      .threads = 4, .onednn = false, .reversed = true, .float32 = Float32::bf16, .cuda = {.cudnn_tf32 = false}};
  EXPECT_EQ(settings.call, call);
}

TEST(Settings, OfDifferentValuesDiffer) {
  for (const space::KnobInfo& knob : space::all_knobs()) {
    if (knob.name == "batch_size" || knob.knob_class == "preprocessing") continue;
    for (const std::string& value : knob.values) {
      const Settings settings = settings_of({{knob.name, value}});
      const bool reference =
          settings.variant == VariantKey{} && settings.call == CallSettings{} && settings.process.empty();
      EXPECT_EQ(reference, value == knob.reference()) << knob.name << "=" << value;
    }
  }
}

TEST(Settings, KeepProcessKnobsAwayFromTheirReference) {
  const Settings settings = settings_of({{"cpu_capability", "avx2"}, {"mkl_cbwr", "off"}});
  EXPECT_EQ(settings.process, (std::map<std::string, std::string>{{"cpu_capability", "avx2"}}));
}

TEST(Settings, CallAnUnknownKnobOrValueUnavailable) {
  const ModelFailure knob = failure_of([] { settings_of({{"tensorrt", "on"}}); });
  EXPECT_EQ(knob.status, oracle::Status::unavailable);
  EXPECT_THAT(knob.what(), HasSubstr("'tensorrt'"));
  const ModelFailure value = failure_of([] { settings_of({{"precision", "fp8"}}); });
  EXPECT_EQ(value.status, oracle::Status::unavailable);
  EXPECT_THAT(value.what(), HasSubstr("precision has no value 'fp8'"));
  for (const char* name : {"cpu_capability", "deterministic", "device"})
    EXPECT_EQ(failure_of([&] { settings_of({{name, "bogus"}}); }).status, oracle::Status::unavailable) << name;
}

}  // namespace
}  // namespace robustcheck::runtime
