#include "noise.h"
#include "robustcheck/base/vector_clones.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

ROBUSTCHECK_VECTOR_CLONES void add(const uchar* __restrict in, const float* __restrict noise, uchar* __restrict out,
                                   std::size_t count, float deviation) {
  for (std::size_t i = 0; i < count; ++i) out[i] = to_level(static_cast<float>(in[i]) + deviation * noise[i]);
}

}  // namespace

/// Independent normal noise on every value.
Transform gaussian_noise() {
  return {{.name = "gaussian_noise",
           .family = "noise",
           .summary = "independent normal noise on every value",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters = {{.name = "sigma", .low = 0.0, .high = 0.4, .neutral = 0.0, .unit = "share of full range"}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            return with_normal_noise(image, add, values["sigma"] * 255.0, rng);
          }};
}

}  // namespace robustcheck::transform
