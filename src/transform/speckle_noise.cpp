#include "noise.h"
#include "robustcheck/base/vector_clones.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

ROBUSTCHECK_VECTOR_CLONES void multiply(const uchar* __restrict in, const float* __restrict noise,
                                        uchar* __restrict out, std::size_t count, float deviation) {
  for (std::size_t i = 0; i < count; ++i) out[i] = to_level(static_cast<float>(in[i]) * (1.0F + deviation * noise[i]));
}

}  // namespace

/// Normal noise in proportion to the value, as in coherent imaging (radar, ultrasound).
Transform speckle_noise() {
  return {{.name = "speckle_noise",
           .family = "noise",
           .summary = "every value times 1 + normal noise: strong where it is light",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters = {{.name = "sigma", .low = 0.0, .high = 0.6, .neutral = 0.0, .unit = "share of the value"}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            return with_normal_noise(image, multiply, values["sigma"], rng);
          }};
}

}  // namespace robustcheck::transform
