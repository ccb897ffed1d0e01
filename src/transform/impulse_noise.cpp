#include <algorithm>
#include <array>
#include <cmath>

#include "robustcheck/base/vector_clones.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Words below `salt` make white, from there below `flipped` black.
ROBUSTCHECK_VECTOR_CLONES void flip(const uchar* __restrict in, const std::uint32_t* __restrict words,
                                    uchar* __restrict out, std::size_t count, std::int32_t salt, std::int32_t flipped) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = static_cast<std::int32_t>(words[i] >> 1);
    const int impulse = word < salt ? 255 : 0;
    const int value = in[i];
    out[i] = static_cast<uchar>(word < flipped ? impulse : value);
  }
}

cv::Mat with_impulses(const cv::Mat& image, double amount, Rng& rng) {
  const cv::Mat in = image.isContinuous() ? image : image.clone();
  cv::Mat out(in.size(), in.type());
  const std::size_t values = in.total() * in.elemSize();
  const auto salt = static_cast<std::int32_t>(std::lround(amount * 0x1.0p30));
  std::array<std::uint32_t, 2048> words;
  for (std::size_t begin = 0; begin < values; begin += words.size()) {
    const std::size_t count = std::min(words.size(), values - begin);
    rng.fill_bits({words.data(), count});
    flip(in.data + begin, words.data(), out.data + begin, count, salt, 2 * salt);
  }
  return out;
}

}  // namespace

/// Salt and pepper: dead and hot cells of a sensor, each channel on its own.
Transform impulse_noise() {
  return {
      {.name = "impulse_noise",
       .family = "noise",
       .summary = "that share of all values becomes black or white (salt and pepper)",
       .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
       .parameters = {{.name = "amount", .low = 0.0, .high = 0.5, .neutral = 0.0, .unit = "share of all values"}},
       .stochastic = true},
      [](const cv::Mat& image, const Values& values, Rng& rng) { return with_impulses(image, values["amount"], rng); }};
}

}  // namespace robustcheck::transform
