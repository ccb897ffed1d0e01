#include <algorithm>
#include <cmath>
#include <vector>

#include "noise.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr double kShorterSide = 224.0;  // px; where the thickness is what it says

void shift_row(const uchar* __restrict in, uchar* __restrict out, std::size_t count, float offset) {
  for (std::size_t i = 0; i < count; ++i) out[i] = to_level(static_cast<float>(in[i]) + offset);
}

cv::Mat with_bands(const cv::Mat& image, double deviation, int rows_per_band, Rng& rng) {
  std::vector<float> offsets(static_cast<std::size_t>((image.rows + rows_per_band - 1) / rows_per_band));
  rng.fill_normal(offsets);
  cv::Mat out(image.size(), image.type());
  for (int y = 0; y < image.rows; ++y)
    shift_row(image.ptr(y), out.ptr(y), static_cast<std::size_t>(image.cols) * image.elemSize(),
              static_cast<float>(deviation) * offsets[static_cast<std::size_t>(y / rows_per_band)]);
  return out;
}

}  // namespace

/// Banding: the amplifier of each row of a sensor has its own error.
Transform row_noise() {
  return {{.name = "row_noise",
           .family = "noise",
           .summary = "one normal offset per row or band of rows: banding",
           .source = "row noise of sensors; Wei et al. 2020, \"A physics-based noise formation model\"",
           .parameters = {{.name = "sigma", .low = 0.0, .high = 0.3, .neutral = 0.0, .unit = "share of full range"},
                          {.name = "thickness",
                           .low = 1.0,
                           .high = 16.0,
                           .neutral = 1.0,
                           .unit = "px at a shorter side of 224",
                           .strength = false}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            const double thickness_px = values["thickness"] * std::min(image.cols, image.rows) / kShorterSide;
            return with_bands(image, values["sigma"] * 255.0, std::max(1, static_cast<int>(std::lround(thickness_px))),
                              rng);
          }};
}

}  // namespace robustcheck::transform
