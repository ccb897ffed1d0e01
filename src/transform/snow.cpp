#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "sparse_filter.h"
#include "transforms.h"
#include "weather.h"

namespace robustcheck::transform {
namespace {

constexpr double kSpread = 0.3;  // brightness of the flakes per standard deviation (ImageNet-C)

/// Weights along a line from the centre on, fading as a Gaussian: what a falling flake leaves behind.
cv::Mat trail_kernel(double length_px, double fading, double angle_deg) {
  const int samples = static_cast<int>(std::lround(length_px)) + 1;
  const double angle = angle_deg * std::numbers::pi / 180.0;
  cv::Mat kernel = cv::Mat::zeros(2 * samples + 1, 2 * samples + 1, CV_32F);
  for (int i = 0; i < samples; ++i) {
    const double far = i / std::max(1.0, length_px) * fading;
    const auto across = static_cast<int>(std::lround(i * std::sin(angle)));
    const auto down = static_cast<int>(std::lround(i * std::cos(angle)));
    kernel.ptr<float>(samples + down)[samples + across] += static_cast<float>(std::exp(-0.5 * far * far));
  }
  return kernel / cv::sum(kernel)[0];
}

/// Flakes of that size in px as 8-bit brightness: normal noise, enlarged; what lies above the threshold of `coverage`.
cv::Mat flakes(cv::Size size, const Values& values, double scale, Rng& rng) {
  const double wanted_px = values["flake_size"] * scale;
  const double flake_px = std::max(1.0, wanted_px);
  const cv::Size cells(static_cast<int>(std::ceil(size.width / flake_px)),
                       static_cast<int>(std::ceil(size.height / flake_px)));
  cv::Mat noise(cells, CV_32F);
  rng.fill_normal({noise.ptr<float>(), noise.total()});
  cv::resize(noise, noise, size, 0.0, 0.0, cv::INTER_LINEAR);
  const auto threshold = static_cast<float>(normal_quantile_above(values["coverage"]));
  const auto faintest = static_cast<float>(255.0 * values["flake_brightness"]);
  cv::Mat levels(size, CV_8U);
  for (int y = 0; y < size.height; ++y) {
    const auto* in = noise.ptr<float>(y);
    uchar* out = levels.ptr(y);
    for (int x = 0; x < size.width; ++x) {
      const float level = std::min(faintest + static_cast<float>(255.0 * kSpread) * (in[x] - threshold), 255.0F);
      out[x] = in[x] > threshold ? static_cast<uchar>(level + 0.5F) : uchar{0};
    }
  }
  if (wanted_px < 1.0) {  // several flakes to a pixel: a veil, not grains
    const double sigma_px = 0.5 * (1.0 / wanted_px - 1.0);
    cv::GaussianBlur(levels, levels, {}, sigma_px, sigma_px);
  }
  return levels;
}

/// Toward gray * 1.5 + half of white wherever that is lighter: snow on the ground and in the air.
cv::Mat whitened(const cv::Mat& image, double share) {
  cv::Mat gray, bright, half, out;
  if (image.channels() == 3)
    cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  else
    gray = image;
  gray.convertTo(bright, CV_8U, 0.75, 63.75);  // halved: twice white is reached, and counts before the sum is cut off
  image.convertTo(half, CV_8U, 0.5);
  cv::max(half, as_channels(bright, image.channels()), half);
  cv::addWeighted(image, 1.0 - share, half, 2.0 * share, 0.0, out);
  return out;
}

}  // namespace

/// Falling snow, near and far, and everything whiter. Values as they are (sRGB).
Transform snow() {
  return {
      {.name = "snow",
       .family = "weather",
       .summary = "falling snow and a whitened scene",
       .source = "after Hendrycks & Dietterich 2019 (ImageNet-C)",
       .parameters = {{.name = "coverage", .low = 0.0, .high = 0.3, .neutral = 0.0, .unit = "share of image"},
                      {.name = "whiteness", .low = 0.0, .high = 0.5, .neutral = 0.0, .unit = "share of a white scene"},
                      {.name = "flake_size",
                       .low = 1.0,
                       .high = 10.0,
                       .neutral = 3.0,
                       .unit = "px at a shorter side of 224",
                       .strength = false},
                      {.name = "flake_brightness",
                       .low = 0.3,
                       .high = 1.0,
                       .neutral = 0.85,
                       .unit = "share of white",
                       .strength = false},
                      {.name = "streak",
                       .low = 0.0,
                       .high = 40.0,
                       .neutral = 20.0,
                       .unit = "px at a shorter side of 224",
                       .strength = false},
                      {.name = "fading",
                       .low = 0.0,
                       .high = 8.0,
                       .neutral = 3.0,
                       .unit = "standard deviations of a Gaussian at the end",
                       .strength = false},
                      {.name = "wind",
                       .low = 0.0,
                       .high = 90.0,
                       .neutral = 45.0,
                       .unit = "degrees to either side, drawn per image",
                       .strength = false}},
       .stochastic = true},
      [](const cv::Mat& image, const Values& values, Rng& rng) {
        const cv::Mat scene = whitened(image, values["whiteness"]);
        if (values["coverage"] <= 0.0) return scene;
        const double scale = pixel_scale(image);
        const double angle = rng.uniform(-values["wind"], values["wind"]);
        const cv::Mat kernel = trail_kernel(values["streak"] * scale, values["fading"], angle);
        const cv::Mat layer = sparse_filter(flakes(image.size(), values, scale, rng), kernel);
        cv::Mat turned, out;
        cv::flip(layer, turned, -1);  // a second layer that costs no noise, as in ImageNet-C
        cv::add(layer, turned, turned);
        cv::add(scene, as_channels(turned, image.channels()), out);
        return out;
      }};
}

}  // namespace robustcheck::transform
