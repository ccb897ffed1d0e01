#include <algorithm>
#include <cmath>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Hue in sextants, [0, 6): red 0, green 2, blue 4. `chroma` = largest - smallest channel, above 0.
float hue_of(float blue, float green, float red, float largest, float chroma) {
  if (largest == red) return (green - blue) / chroma + (green < blue ? 6.0F : 0.0F);
  if (largest == green) return (blue - red) / chroma + 2.0F;
  return (red - green) / chroma + 4.0F;
}

/// The channel whose own hue lies `from` = 5 (red), 3 (green) or 1 (blue) before the colour's.
uchar channel(float from, float hue, float largest, float chroma) {
  float k = from + hue;
  k -= k >= 12.0F ? 12.0F : k >= 6.0F ? 6.0F : 0.0F;
  return static_cast<uchar>(largest - chroma * std::clamp(std::min(k, 4.0F - k), 0.0F, 1.0F) + 0.5F);
}

void turn_row(const uchar* in, uchar* out, int width, float sextants) {
  for (int x = 0; x < width; ++x, in += 3, out += 3) {
    const float largest = std::max({in[0], in[1], in[2]});
    const float chroma = largest - std::min({in[0], in[1], in[2]});
    if (chroma == 0.0F) {
      std::copy_n(in, 3, out);
      continue;
    }
    float hue = hue_of(in[0], in[1], in[2], largest, chroma) + sextants;
    hue -= hue >= 6.0F ? 6.0F : 0.0F;
    out[0] = channel(1.0F, hue, largest, chroma);
    out[1] = channel(3.0F, hue, largest, chroma);
    out[2] = channel(5.0F, hue, largest, chroma);
  }
}

cv::Mat turned(const cv::Mat& image, double degrees) {
  if (image.channels() == 1) return image;
  cv::Mat result(image.size(), image.type());
  const auto sextants = static_cast<float>((degrees < 0.0 ? degrees + 360.0 : degrees) / 60.0);
  for (int y = 0; y < image.rows; ++y) turn_row(image.ptr(y), result.ptr(y), image.cols, sextants);
  return result;
}

}  // namespace

/// Turns the hue of HSV, on sRGB values as they are; largest and smallest channel keep their values, gray stays gray.
Transform hue() {
  return {{.name = "hue",
           .family = "light",
           .summary = "turn the HSV hue of the sRGB values; gray stays as it is",
           .source = "HSV hue, as torchvision adjust_hue",
           .parameters = {{.name = "degrees", .low = -180.0, .high = 180.0, .neutral = 0.0, .unit = "degrees"}},
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) { return turned(image, values["degrees"]); }};
}

}  // namespace robustcheck::transform
