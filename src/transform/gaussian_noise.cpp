#include <algorithm>
#include <array>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Adds deviation * noise, rounds to nearest and saturates.
void add_noise(const uchar* in, const float* noise, uchar* out, std::size_t count, float deviation) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = std::clamp(static_cast<float>(in[i]) + deviation * noise[i], 0.0F, 255.0F);
    out[i] = static_cast<uchar>(static_cast<int>(value + 0.5F));
  }
}

cv::Mat noisy(const cv::Mat& image, double deviation, Rng& rng) {
  const cv::Mat in = image.isContinuous() ? image : image.clone();
  cv::Mat out(in.size(), in.type());
  const std::size_t values = in.total() * in.elemSize();
  std::array<float, 2048> noise;  // even: the generator makes numbers in pairs
  for (std::size_t begin = 0; begin < values; begin += noise.size()) {
    const std::size_t count = std::min(noise.size(), values - begin);
    rng.fill_normal(std::span(noise.data(), count));
    add_noise(in.data + begin, noise.data(), out.data + begin, count, static_cast<float>(deviation));
  }
  return out;
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
          [](const cv::Mat& image, const Values& values, Rng& rng) { return noisy(image, values["sigma"] * 255.0, rng); }};
}

}  // namespace robustcheck::transform
