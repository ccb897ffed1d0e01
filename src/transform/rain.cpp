#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "weather.h"

namespace robustcheck::transform {
namespace {

constexpr double kDropsPerSquare = 400.0;  // at amount 1, in a square of the shorter side
constexpr double kGloom = 0.3;             // share of light lost at amount 1
constexpr double kOpacity = 0.55;
constexpr int kFraction = 4;                 // bits of cv::line's coordinates
const cv::Vec3b kDropColour(215, 210, 205);  // the sky, a little blue

cv::Point fixed(double x, double y) {
  return {static_cast<int>(std::lround(x * (1 << kFraction))), static_cast<int>(std::lround(y * (1 << kFraction)))};
}

/// Streaks in all sizes: near drops are long and clear, far ones short and faint. More rain adds streaks to those
/// before.
cv::Mat streaks(cv::Size size, double amount, double length_px, double angle_deg, double scale, Rng& rng) {
  const double shorter = std::min(size.width, size.height);
  const auto count = std::lround(amount * kDropsPerSquare * size.area() / (shorter * shorter));
  cv::Mat alpha = cv::Mat::zeros(size, CV_8U);
  for (long i = 0; i < count; ++i) {
    const double nearness = rng.uniform(0.3, 1.0);
    const double angle = (angle_deg + rng.uniform(-3.0, 3.0)) * std::numbers::pi / 180.0;
    const double length = nearness * length_px;
    const double x = rng.uniform(-0.1, 1.1) * size.width;
    const double y = rng.uniform(0.0, 1.2) * size.height;
    const double width_px = 1.6 * nearness * scale;  // what is thinner than a pixel is fainter
    const double level = 255.0 * kOpacity * nearness * std::clamp(width_px, 0.3, 1.0);
    cv::line(alpha, fixed(x, y), fixed(x + length * std::sin(angle), y - length * std::cos(angle)),
             cv::Scalar::all(level), std::max(1, static_cast<int>(std::lround(width_px))), cv::LINE_AA, kFraction);
  }
  return alpha;
}

}  // namespace

/// Rain in front of a dimmed scene. Values as they are (sRGB).
Transform rain() {
  return {{.name = "rain",
           .family = "weather",
           .summary = "rain streaks over a dimmed scene",
           .source = "streaks of length and brightness by distance, after Garg & Nayar 2006",
           .parameters = {{.name = "amount", .low = 0.0, .high = 1.0, .neutral = 0.0, .unit = "1 is a cloudburst"},
                          {.name = "length",
                           .low = 0.02,
                           .high = 0.3,
                           .neutral = 0.12,
                           .unit = "share of shorter side",
                           .strength = false},
                          {.name = "angle",
                           .low = -45.0,
                           .high = 45.0,
                           .neutral = 8.0,
                           .unit = "degrees from vertical",
                           .strength = false}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            const double shorter = std::min(image.cols, image.rows);
            const cv::Mat alpha = streaks(image.size(), values["amount"], values["length"] * shorter, values["angle"],
                                          pixel_scale(image), rng);
            cv::Mat dim;
            image.convertTo(dim, -1, 1.0 - kGloom * values["amount"]);
            return covered(dim, alpha, kDropColour);
          }};
}

}  // namespace robustcheck::transform
