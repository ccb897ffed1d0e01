#include <array>
#include <cmath>

#include "light.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr int kFractionBits = 15;
constexpr int kOne = 1 << kFractionBits;

/// BT.709 shares of luminance, in the order blue, green, red.
constexpr std::array<float, 3> kLuminance = {0.0722F, 0.7152F, 0.2126F};

void fade_row(const uchar* in, uchar* out, int width, int amount) {
  const float* linear = linear_table();
  const uchar* srgb = srgb_table();
  for (int x = 0; x < width; ++x, in += 3, out += 3) {
    const float light = kLuminance[0] * linear[in[0]] + kLuminance[1] * linear[in[1]] + kLuminance[2] * linear[in[2]];
    const int gray = srgb[static_cast<int>(light + 0.5F)];
    for (int c = 0; c < 3; ++c)
      out[c] = static_cast<uchar>((in[c] * kOne + amount * (gray - in[c]) + kOne / 2) >> kFractionBits);
  }
}

cv::Mat faded(const cv::Mat& image, double amount) {
  if (image.channels() == 1) return image;
  cv::Mat result(image.size(), image.type());
  const int fixed_amount = static_cast<int>(std::lround(amount * kOne));
  for (int y = 0; y < image.rows; ++y) fade_row(image.ptr(y), result.ptr(y), image.cols, fixed_amount);
  return result;
}

}  // namespace

/// A black-and-white camera: the luminance of linear light, blended in on sRGB values.
Transform grayscale() {
  return {{.name = "grayscale",
           .family = "light",
           .summary = "blend with the luminance of linear light; 1 is black and white, gray images stay as they are",
           .source = "ITU-R BT.709 luminance",
           .parameters = {{.name = "amount", .low = 0.0, .high = 1.0, .neutral = 0.0, .unit = "share"}}},
          [](const cv::Mat& image, const Values& values, Rng&) { return faded(image, values["amount"]); }};
}

}  // namespace robustcheck::transform
