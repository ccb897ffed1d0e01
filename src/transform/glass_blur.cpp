#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr double kShorterSide = 224.0;  // px; where sigma and distance are what they say
constexpr double kLeastSigma = 0.1;     // px; below, a Gaussian leaves 8-bit values alone
constexpr int kBorder = cv::BORDER_REPLICATE | cv::BORDER_ISOLATED;

cv::Mat blurred(const cv::Mat& image, double sigma_px) {
  if (sigma_px < kLeastSigma) return image.clone();
  const int size = 2 * static_cast<int>(std::lround(4.0 * sigma_px)) + 1;
  cv::Mat result;
  cv::GaussianBlur(image, result, {size, size}, sigma_px, sigma_px, kBorder);
  return result;
}

/// How a random word becomes an offset: two fields of 12 bits, each to [-reach, reach), and 8 bits that decide whether
/// the pixel moves at all, so that distances between two integers are possible.
struct Jitter {
  explicit Jitter(double distance_px)
      : reach(static_cast<int>(std::ceil(distance_px))),
        moving(static_cast<std::uint32_t>(std::lround(distance_px / std::max(reach, 1) * 256.0))) {}
  bool moves(std::uint32_t word) const { return (word >> 24) < moving; }
  int x(std::uint32_t word) const { return static_cast<int>(((word & 0xFFFU) * span()) >> 12) - reach; }
  int y(std::uint32_t word) const { return static_cast<int>((((word >> 12) & 0xFFFU) * span()) >> 12) - reach; }
  std::uint32_t span() const { return 2U * static_cast<std::uint32_t>(reach); }

  int reach;
  std::uint32_t moving;  ///< of 256
};

/// Every pixel, from the last to the first, takes the value of a neighbour that may have changed before. The reference
/// means to swap the two, but its exchange of numpy views copies; what users compare with is the copy.
template <std::size_t kChannels>
void scatter(cv::Mat& image, const Jitter& jitter, Rng& rng) {
  const int reach = jitter.reach;
  const auto step = static_cast<std::ptrdiff_t>(image.step[0]);
  if (image.cols <= 2 * reach || image.rows <= 2 * reach) return;
  std::vector<std::uint32_t> words(static_cast<std::size_t>(image.cols - 2 * reach));
  for (int y = image.rows - reach; y > reach; --y) {
    rng.fill_bits(words);
    uchar* pixel = image.ptr(y, image.cols - reach);
    for (const std::uint32_t word : words) {
      if (jitter.moves(word))
        std::memmove(pixel, pixel + jitter.y(word) * step + jitter.x(word) * static_cast<std::ptrdiff_t>(kChannels),
                     kChannels);
      pixel -= kChannels;
    }
  }
}

}  // namespace

/// Seen through frosted glass: blurred, pixels jittered, blurred again.
Transform glass_blur() {
  return {{.name = "glass_blur",
           .family = "blur",
           .summary = "pixels displaced at random between two Gaussian blurs, as through frosted glass",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters =
               {{.name = "distance", .low = 0.0, .high = 5.0, .neutral = 0.0, .unit = "px at a shorter side of 224"},
                {.name = "sigma",
                 .low = 0.0,
                 .high = 2.0,
                 .neutral = 0.0,
                 .unit = "px at a shorter side of 224, of each Gaussian"},
                {.name = "passes",
                 .low = 1.0,
                 .high = 3.0,
                 .neutral = 2.0,
                 .unit = "",
                 .strength = false,
                 .integer = true}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            const double scale = std::min(image.cols, image.rows) / kShorterSide;
            const double sigma_px = values["sigma"] * scale;
            const Jitter jitter(values["distance"] * scale);
            cv::Mat scattered = blurred(image, sigma_px);
            for (int pass = 0; pass < static_cast<int>(std::lround(values["passes"])); ++pass)
              image.channels() == 1 ? scatter<1>(scattered, jitter, rng) : scatter<3>(scattered, jitter, rng);
            return blurred(scattered, sigma_px);
          }};
}

}  // namespace robustcheck::transform
