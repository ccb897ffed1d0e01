#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "light.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr int kCorners = 5;
constexpr double kSoftness = 0.015;  ///< deviation of the edge, share of the shorter side
constexpr int kShift = 4;            ///< corner coordinates have this many fractional bits

std::vector<cv::Point> outline(cv::Point2d centre, double radius, Rng& rng) {
  std::vector<cv::Point> corners;
  const double turn = rng.uniform();
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2.0 * std::numbers::pi * (i + turn + rng.uniform(-0.3, 0.3)) / kCorners;
    const double distance = radius * rng.uniform(0.6, 1.3) * (1 << kShift);
    corners.emplace_back(cv::saturate_cast<int>(centre.x * (1 << kShift) + distance * std::cos(angle)),
                         cv::saturate_cast<int>(centre.y * (1 << kShift) + distance * std::sin(angle)));
  }
  return corners;
}

/// Share of the light that reaches each pixel.
cv::Mat light_left(const cv::Mat& image, const Values& values, Rng& rng) {
  const int shorter = std::min(image.cols, image.rows);
  const cv::Point2d centre(values["x"] * (image.cols - 1), values["y"] * (image.rows - 1));
  const double radius = values["size"] * std::sqrt(static_cast<double>(image.total())) / 2.0;
  cv::Mat shade = cv::Mat::zeros(image.size(), CV_8U);
  cv::fillPoly(shade, outline(centre, radius, rng), cv::Scalar(255), cv::LINE_8, kShift);
  cv::GaussianBlur(shade, shade, {}, std::max(0.3, kSoftness * shorter));
  cv::Mat gain;
  shade.convertTo(gain, CV_32F, -values["darkness"] / 255.0, 1.0);
  return gain;
}

}  // namespace

/// Something out of sight keeps the direct light off part of the scene; what is left comes from the sky.
Transform shadow() {
  return {{.name = "shadow",
           .family = "light",
           .summary = "soft-edged shadow of a random polygon, in linear light; darkness is the share of light it takes",
           .source = "cast shadow, after RandomShadow of Albumentations (there hard-edged, on HLS lightness)",
           .parameters =
               {{.name = "darkness", .low = 0.0, .high = 0.9, .neutral = 0.0, .unit = "share of light"},
                {.name = "x", .low = 0.0, .high = 1.0, .neutral = 0.5, .unit = "share of width", .strength = false},
                {.name = "y", .low = 0.0, .high = 1.0, .neutral = 0.5, .unit = "share of height", .strength = false},
                {.name = "size", .low = 0.3, .high = 1.2, .neutral = 0.7, .unit = "share of side", .strength = false}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            return relit(image, light_left(image, values, rng), /*added=*/{});
          }};
}

}  // namespace robustcheck::transform
