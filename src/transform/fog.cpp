#include <algorithm>
#include <array>
#include <bit>
#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "weather.h"

namespace robustcheck::transform {
namespace {

constexpr unsigned kLargestMap = 1024;  // px; larger images get an enlarged map

/// The square map that wraps around at its edges.
class Plasma {
 public:
  Plasma(int size, Rng& rng) : size_(size), heights_(size, size, CV_32F) {
    rng.fill_uniform({heights_.ptr<float>(), heights_.total()});
    heights_ = heights_ * 2.0F - 1.0F;  // first the random part of each point, then its height
    heights_.ptr<float>(0)[0] = 0.0F;
  }

  /// Every midpoint is the mean of its four neighbours at that distance, plus a random part.
  void halve(int step, float amplitude) {
    const int half = step / 2;
    for (int y = 0; y < size_; y += step)
      for (int x = 0; x < size_; x += step)
        raise(y + half, x + half, {at(y, x), at(y + step, x), at(y, x + step), at(y + step, x + step)}, amplitude);
    for (int y = 0; y < size_; y += half)
      for (int x = y % step == 0 ? half : 0; x < size_; x += step)
        raise(y, x, {at(y - half, x), at(y + half, x), at(y, x - half), at(y, x + half)}, amplitude);
  }

  const cv::Mat& heights() const { return heights_; }

 private:
  float at(int y, int x) const { return heights_.ptr<float>(y & (size_ - 1))[x & (size_ - 1)]; }
  void raise(int y, int x, const std::array<float, 4>& around, float amplitude) {
    float& height = heights_.ptr<float>(y)[x];
    height = (around[0] + around[1] + around[2] + around[3]) * 0.25F + amplitude * height;
  }

  int size_;
  cv::Mat heights_;
};

/// Diamond-square fractal (Fournier, Fussell & Carpenter 1982), values from 0 to `highest`, 8-bit.
cv::Mat plasma(cv::Size size, double decay, double highest, Rng& rng) {
  const auto longer = static_cast<unsigned>(std::max({size.width, size.height, 2}));
  const int map_size = static_cast<int>(std::bit_ceil(std::min(longer, kLargestMap)));
  Plasma map(map_size, rng);
  float amplitude = 1.0F;
  for (int step = map_size; step >= 2; step /= 2, amplitude /= static_cast<float>(decay * decay))
    map.halve(step, amplitude);
  double low = 0.0, high = 0.0;
  cv::minMaxLoc(map.heights(), &low, &high);
  cv::Mat levels;
  map.heights().convertTo(levels, CV_8U, highest / (high - low), -low * highest / (high - low));
  if (longer > kLargestMap)
    cv::resize(levels, levels, {static_cast<int>(longer), static_cast<int>(longer)}, 0.0, 0.0, cv::INTER_LINEAR);
  return levels(cv::Rect({0, 0}, size));
}

}  // namespace

/// Fog of uneven thickness. Its light is added and the sum brought back to the image's range: a blend with the fog's
/// own brightness. Values as they are (sRGB).
Transform fog() {
  return {{.name = "fog",
           .family = "weather",
           .summary = "uneven fog: a fractal veil up to the image's brightest value",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters = {{.name = "amount", .low = 0.0, .high = 3.0, .neutral = 0.0, .unit = "fog per white"},
                          {.name = "decay",
                           .low = 1.2,
                           .high = 3.0,
                           .neutral = 2.0,
                           .unit = "larger is smoother",
                           .strength = false}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            double brightest = 0.0;
            cv::minMaxLoc(image.reshape(1), nullptr, &brightest);
            const double share = values["amount"] / (brightest / 255.0 + values["amount"]);
            const cv::Mat veil = plasma(image.size(), values["decay"], brightest, rng);
            cv::Mat out;
            cv::addWeighted(image, 1.0 - share, as_channels(veil, image.channels()), share, 0.0, out);
            return out;
          }};
}

}  // namespace robustcheck::transform
