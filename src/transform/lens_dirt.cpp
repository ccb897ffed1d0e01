#include <algorithm>
#include <cmath>

#include "light.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr float kDirtLight = 0.04F;  ///< what the dirt itself shows: dim, share of white

/// Thickest in the middle, half at the radius, gone at the outer one: dirt on the lens is far out of focus.
void add_spot(cv::Mat& dirt, cv::Point2d centre, double radius, float thickness) {
  const double fade = 1.6 * radius + 0.5;
  const double outer = radius + fade / 2.0;
  const int top = std::max(0, static_cast<int>(centre.y - outer));
  const int bottom = std::min(dirt.rows - 1, static_cast<int>(centre.y + outer));
  const int left = std::max(0, static_cast<int>(centre.x - outer));
  const int right = std::min(dirt.cols - 1, static_cast<int>(centre.x + outer));
  for (int y = top; y <= bottom; ++y) {
    float* row = dirt.ptr<float>(y);
    for (int x = left; x <= right; ++x) {
      const double inside = std::clamp((outer - std::hypot(x - centre.x, y - centre.y)) / fade, 0.0, 1.0);
      const auto share = static_cast<float>(inside * inside * (3.0 - 2.0 * inside));
      row[x] += thickness * share * (1.0F - row[x]);
    }
  }
}

/// Share of the light that the dirt keeps off, per pixel, at full opacity.
cv::Mat dirt_on(const cv::Mat& image, int spots, Rng& rng) {
  const double shorter = std::min(image.cols, image.rows);
  cv::Mat dirt = cv::Mat::zeros(image.size(), CV_32F);
  for (int i = 0; i < spots; ++i) {
    const cv::Point2d centre(rng.uniform() * image.cols, rng.uniform() * image.rows);
    const double size = rng.uniform();  // many small spots, few large ones
    const double radius = shorter * (0.02 + 0.12 * size * size * size);
    add_spot(dirt, centre, radius, static_cast<float>(rng.uniform(0.5, 1.0)));
  }
  return dirt;
}

cv::Mat dirty(const cv::Mat& image, const Values& values, Rng& rng) {
  const auto opacity = static_cast<float>(values["opacity"]);
  const cv::Mat dirt = dirt_on(image, static_cast<int>(std::lround(values["spots"])), rng);
  cv::Mat gain, added;
  dirt.convertTo(gain, CV_32F, -opacity, 1.0);
  dirt.convertTo(added, CV_32F, opacity * kDirtLight);
  return relit(image, gain, added);
}

}  // namespace

/// Drops and dust on the front lens: soft dim spots that hide what is behind them, in linear light.
Transform lens_dirt() {
  return {{.name = "lens_dirt",
           .family = "occlusion",
           .summary = "soft dim spots of dirt on the lens, in linear light",
           .source = "attenuation and scattering of Gu et al. 2009, \"Removing image artifacts due to dirty camera "
                     "lenses and thin occluders\"",
           .parameters = {{.name = "opacity", .low = 0.0, .high = 1.0, .neutral = 0.0, .unit = "share"},
                          {.name = "spots",
                           .low = 5.0,
                           .high = 60.0,
                           .neutral = 30.0,
                           .unit = "spots",
                           .strength = false,
                           .integer = true}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) { return dirty(image, values, rng); }};
}

}  // namespace robustcheck::transform
