#include <algorithm>

#include "light.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr double kNeutralKelvin = 6500.0;

/// Chromaticity of a black body: cubic splines of Kim et al. 2002, US patent 7024034, for 1667 to 25000 K.
cv::Point2d planckian(double kelvin) {
  const double t = 1000.0 / kelvin;
  const double x = kelvin <= 4000.0 ? ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
                                    : ((-3.0258469 * t + 2.1070379) * t + 0.2226347) * t + 0.240390;
  if (kelvin <= 2222.0) return {x, ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683};
  if (kelvin <= 4000.0) return {x, ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867};
  return {x, ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483};
}

/// Linear sRGB (as blue, green, red) of a black body with luminance 1.
cv::Vec3d light_of(double kelvin) {
  const cv::Point2d xy = planckian(kelvin);
  const double x = xy.x / xy.y;
  const double z = (1.0 - xy.x - xy.y) / xy.y;
  return {0.0556434 * x - 0.2040259 + 1.0572252 * z, -0.9692660 * x + 1.8760108 + 0.0415560 * z,
          3.2404542 * x - 1.5371385 - 0.4985314 * z};
}

/// One table per channel: what light of that colour makes of a picture taken for 6500 K.
cv::Mat tables(double kelvin) {
  const cv::Vec3d light = light_of(kelvin);
  const cv::Vec3d reference = light_of(kNeutralKelvin);
  cv::Mat table(1, 256, CV_8UC3);
  for (int c = 0; c < 3; ++c) {
    const double gain = std::max(0.0, light[c]) / reference[c];
    for (int value = 0; value < 256; ++value)
      table.ptr()[3 * value + c] =
          cv::saturate_cast<uchar>(255.0 * srgb_of(std::min(1.0, gain * linear_of(value / 255.0))));
  }
  return table;
}

cv::Mat under_light(const cv::Mat& image, double kelvin) {
  if (image.channels() == 1) return image;
  cv::Mat result;
  cv::LUT(image, tables(kelvin), result);
  return result;
}

}  // namespace

/// The scene under light of another colour while the camera stays set to 6500 K; the luminance of white is kept.
Transform white_balance() {
  return {{.name = "white_balance",
           .family = "light",
           .summary = "light of another colour temperature, in linear light; below 6500 is warmer, one-channel images "
                      "stay as they are",
           .source = "Planckian locus of Kim et al. 2002 (US patent 7024034), sRGB primaries",
           .parameters = {{.name = "kelvin", .low = 2500.0, .high = 16000.0, .neutral = kNeutralKelvin, .unit = "K"}}},
          [](const cv::Mat& image, const Values& values, Rng&) { return under_light(image, values["kelvin"]); }};
}

}  // namespace robustcheck::transform
