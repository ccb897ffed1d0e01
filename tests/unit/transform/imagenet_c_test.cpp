#include "robustcheck/transform/imagenet_c.h"

#include <gmock/gmock.h>

#include "pictures.h"
#include "robustcheck/transform/transform.h"

namespace robustcheck::transform {
namespace {

using testing::ElementsAre;

TEST(ImagenetC, NamesItsNineteenCorruptionsInOrder) {
  std::vector<std::string> names;
  for (const Corruption& corruption : imagenet_c()) names.push_back(corruption.name);
  EXPECT_THAT(
      names, ElementsAre("gaussian_noise", "shot_noise", "impulse_noise", "defocus_blur", "glass_blur", "motion_blur",
                         "zoom_blur", "snow", "frost", "fog", "brightness", "contrast", "elastic_transform", "pixelate",
                         "jpeg_compression", "speckle_noise", "gaussian_blur", "spatter", "saturate"));
}

/// As variances they can be written to a file and read again: inside the registered ranges, known names.
TEST(ImagenetC, HoldsValidSteps) {
  for (const Corruption& corruption : imagenet_c())
    for (const space::Step& step : corruption.severities) {
      const space::Variance variance{{step}, {}, 0};
      EXPECT_EQ(space::variance_from_json(space::to_json(variance, catalogue()), catalogue(), corruption.name),
                variance);
    }
}

TEST(ImagenetC, ChangesThePictureAtEverySeverity) {
  const cv::Mat image = picture(224, 224, 3);
  for (const Corruption& corruption : imagenet_c())
    for (const space::Step& step : corruption.severities)
      EXPECT_GT(difference(apply_chain(image, {&step, 1}, 1, 2), image), 0.5) << corruption.name;
}

}  // namespace
}  // namespace robustcheck::transform
