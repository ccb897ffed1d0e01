#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "weather.h"

namespace robustcheck::transform {
namespace {

const cv::Vec3b kWater(238, 238, 175);  // pale turquoise, BGR
const cv::Vec3b kMud(20, 42, 63);
constexpr double kFarthest = 20.0;    // px from an outline; beyond it all is alike
constexpr double kSlope = 0.125;      // thickness per standard deviation of the relief at drops of 1 px (ImageNet-C)
constexpr double kSmallest_px = 0.8;  // below it drops would be noise
constexpr double kMudEdge_px = 1.5;   // at a shorter side of 224
constexpr double kThinnestMud = 0.8;

/// The highest part of a smooth random relief is liquid.
struct Puddles {
  cv::Mat wet;        ///< 255, elsewhere 0
  cv::Mat thickness;  ///< CV_32F, share of the thinnest
};

Puddles puddles(const cv::Mat& image, double coverage, double size, Rng& rng) {
  Puddles result;
  const cv::Mat relief = smooth_noise(image.size(), std::max(kSmallest_px, size * pixel_scale(image)), rng);
  const double shore = normal_quantile_above(coverage);
  const double slope = kSlope / size;
  cv::compare(relief, shore, result.wet, cv::CMP_GT);
  relief.convertTo(result.thickness, CV_32F, slope, 1.0 - slope * shore);
  return result;
}

/// Relief of the drops, lit from the upper left, from the distance to their outline and their thickness; 255 at the
/// brightest spot.
cv::Mat shaded_drops(const Puddles& drops) {
  cv::Mat outline, distance, relief;
  cv::Canny(drops.wet, outline, 50.0, 150.0);
  cv::bitwise_not(outline, outline);  // 0 on the outline, as distanceTransform wants it
  cv::distanceTransform(outline, distance, cv::DIST_L2, cv::DIST_MASK_5);
  cv::threshold(distance, distance, kFarthest, kFarthest, cv::THRESH_TRUNC);
  cv::blur(distance, distance, {3, 3});
  distance.convertTo(relief, CV_8U, 1.0, -0.5);
  cv::equalizeHist(relief, relief);
  const cv::Matx33f emboss(-2, -1, 0, -1, 1, 1, 0, 1, 2);
  cv::filter2D(relief, relief, CV_8U, emboss);
  cv::blur(relief, relief, {3, 3});
  cv::bitwise_and(relief, drops.wet, relief);
  cv::multiply(relief, drops.thickness, distance, 1.0, CV_32F);
  double brightest = 0.0;
  cv::minMaxLoc(distance, nullptr, &brightest);
  distance.convertTo(relief, CV_8U, 255.0 / std::max(brightest, 1.0));
  return relief;
}

/// Soft-edged where it is thick enough, nothing elsewhere.
cv::Mat mud_patches(const cv::Mat& wet, double scale) {
  cv::Mat soft;
  const double sigma_px = std::max(0.3, kMudEdge_px * scale);
  cv::GaussianBlur(wet, soft, {}, sigma_px, sigma_px, cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
  cv::threshold(soft, soft, 255.0 * kThinnestMud, 0.0, cv::THRESH_TOZERO);
  return soft;
}

}  // namespace

/// Drops of water or mud on the lens. Values as they are (sRGB).
Transform spatter() {
  return {{.name = "spatter",
           .family = "weather",
           .summary = "drops on the lens: water (kind 0) or mud (kind 1)",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters =
               {{.name = "coverage", .low = 0.0, .high = 0.65, .neutral = 0.0, .unit = "share of image that is wet"},
                {.name = "drop_size",
                 .low = 1.0,
                 .high = 12.0,
                 .neutral = 3.0,
                 .unit = "px at a shorter side of 224",
                 .strength = false},
                {.name = "brightness",
                 .low = 0.2,
                 .high = 1.0,
                 .neutral = 0.6,
                 .unit = "of water, share of white",
                 .strength = false},
                {.name = "kind",
                 .low = 0.0,
                 .high = 1.0,
                 .neutral = 0.0,
                 .unit = "0 water, 1 mud",
                 .strength = false,
                 .integer = true}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            const Puddles liquid = puddles(image, values["coverage"], values["drop_size"], rng);
            if (values["kind"] > 0.5) return covered(image, mud_patches(liquid.wet, pixel_scale(image)), kMud);
            return lit(image, shaded_drops(liquid) * values["brightness"], kWater);
          }};
}

}  // namespace robustcheck::transform
