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
                                         {"threads", "4"},
                                         {"onednn", "off"}});
  EXPECT_EQ(settings.variant,
            (VariantKey{Precision::weights_bf16, MemoryFormat::channels_last, Graph::optimized, WeightOnly::int4}));
  EXPECT_EQ(settings.call, (CallSettings{4, false}));
}

TEST(Settings, CallAnUnknownKnobOrValueUnavailable) {
  const ModelFailure knob = failure_of([] { settings_of({{"tensorrt", "on"}}); });
  EXPECT_EQ(knob.status, oracle::Status::unavailable);
  EXPECT_THAT(knob.what(), HasSubstr("'tensorrt'"));
  const ModelFailure value = failure_of([] { settings_of({{"precision", "fp8"}}); });
  EXPECT_EQ(value.status, oracle::Status::unavailable);
  EXPECT_THAT(value.what(), HasSubstr("precision has no value 'fp8'"));
}

}  // namespace
}  // namespace robustcheck::runtime
