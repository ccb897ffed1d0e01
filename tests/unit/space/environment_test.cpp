#include "robustcheck/space/environment.h"

#include <gtest/gtest.h>

#include <set>

#include "robustcheck/space/catalogue.h"

namespace robustcheck::space {
namespace {

TEST(Environment, OfEveryProcessKnobValueIsItsOwn) {
  std::set<Environment> seen = {Environment{}};
  for (const KnobInfo& knob : all_knobs())
    for (const std::string& value : knob.values) {
      const Environment environment = environment_of({{knob.name, value}});
      if (knob.scope == "process" && value != knob.reference()) {
        EXPECT_EQ(environment.size(), 1u) << knob.name << "=" << value;
        EXPECT_TRUE(seen.insert(environment).second) << knob.name << "=" << value;
      } else {
        EXPECT_TRUE(environment.empty()) << knob.name << "=" << value;
      }
    }
  EXPECT_GT(seen.size(), 10u);
}

TEST(Environment, JoinsProcessKnobsAndPassesOverTheOthers) {
  EXPECT_EQ(environment_of({{"cpu_capability", "avx2"}, {"mkl_cbwr", "compatible"}, {"precision", "bf16"}}),
            (Environment{{"ATEN_CPU_CAPABILITY", "avx2"}, {"MKL_CBWR", "COMPATIBLE"}}));
}

}  // namespace
}  // namespace robustcheck::space
