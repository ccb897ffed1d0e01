#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "transforms.h"
#include "weather.h"

namespace robustcheck::transform {
namespace {

constexpr int kPaneSide = 640;  // px; at a shorter side of 224
constexpr int kFerns = 150;
constexpr int kGenerations = 3;
constexpr double kStep_px = 3.0;
constexpr double kBranching_deg = 60.0;  // ice is hexagonal

struct Stem {
  cv::Point2d at;
  double angle = 0.0;  ///< radians
  double length_px = 0.0;
  int generation = 0;
};

/// A curved stem with branches to both sides that shorten toward its tip, and branches of branches.
void grow(cv::Mat& pane, Stem stem, Rng& rng) {
  const double bend = rng.uniform(-0.03, 0.03);
  const int steps = static_cast<int>(stem.length_px / kStep_px);
  for (int i = 0; i < steps; ++i) {
    const double left = 1.0 - static_cast<double>(i) / steps;
    const cv::Point2d next = stem.at + kStep_px * cv::Point2d(std::cos(stem.angle), std::sin(stem.angle));
    const double level = (120.0 + 110.0 * left) * (stem.generation == 0 ? 1.0 : 0.8);
    cv::line(pane, stem.at, next, cv::Scalar::all(level), stem.generation == 0 && left > 0.4 ? 2 : 1, cv::LINE_AA);
    stem.at = next;
    stem.angle += bend;
    if (i % 2 != 0 || stem.generation + 1 >= kGenerations) continue;
    for (const double side : {-1.0, 1.0})
      grow(pane,
           {stem.at, stem.angle + side * kBranching_deg * std::numbers::pi / 180.0,
            stem.length_px * left * rng.uniform(0.15, 0.4), stem.generation + 1},
           rng);
  }
}

/// Ferns of ice all over the pane, brightness 0 (none) to 255.
cv::Mat crystals(Rng& rng) {
  cv::Mat pane = cv::Mat::zeros(kPaneSide, kPaneSide, CV_8U);
  for (int i = 0; i < kFerns; ++i)
    grow(pane,
         {{rng.uniform(0.0, kPaneSide), rng.uniform(0.0, kPaneSide)},
          rng.uniform(0.0, 2.0 * std::numbers::pi),
          rng.uniform(30.0, 130.0),
          0},
         rng);
  return pane;
}

/// A window pane with frost, always the same: thin and thick regions, ferns, grain.
cv::Mat make_pane() {
  Rng rng(0, "frost");
  const cv::Size size(kPaneSide, kPaneSide);
  cv::Mat ferns, glow, relief;
  crystals(rng).convertTo(ferns, CV_32F);
  cv::GaussianBlur(ferns, glow, {}, 6.0);
  relief = 0.60 * ferns + 0.25 * glow + 24.0 * smooth_noise(size, 45.0, rng) + 12.0 * smooth_noise(size, 6.0, rng) +
           9.0 * smooth_noise(size, 1.0, rng);
  relief += cv::Scalar::all(152.0 - cv::mean(relief)[0]);
  cv::Mat pane;
  cv::merge(std::vector<cv::Mat>{relief * 1.06, relief, relief * 0.93}, pane);  // bluish
  pane.convertTo(pane, CV_8U);
  return pane;
}

/// A random part of the pane, turned or mirrored at random, at the image's size.
cv::Mat part_of_pane(cv::Size size, double scale, Rng& rng) {
  static const cv::Mat kPane = make_pane();
  const double enlarged = std::max(scale, std::max(size.width, size.height) / static_cast<double>(kPaneSide));
  const auto cut = [enlarged](int side) {
    return std::clamp(static_cast<int>(std::lround(side / enlarged)), 1, kPaneSide);
  };
  const cv::Size taken(cut(size.width), cut(size.height));
  const auto offset = [&rng](int side) {
    return static_cast<int>(rng.below(static_cast<std::size_t>(kPaneSide - side + 1)));
  };
  const int left = offset(taken.width);
  const int top = offset(taken.height);
  cv::Mat part;
  cv::flip(kPane(cv::Rect({left, top}, taken)), part, static_cast<int>(rng.below(3)) - 1);
  if (taken != size) cv::resize(part, part, size, 0.0, 0.0, enlarged < 1.0 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return part;
}

/// What is left of the image under that much frost: the constants of ImageNet-C, (1, .4), (.8, .6), (.7, .7), (.65,
/// .75).
double remaining(double amount) { return std::min(1.0, 1.4 - amount); }

}  // namespace

/// Ice on the window or lens: its light is added, and thick ice hides the scene. Values as they are (sRGB).
Transform frost() {
  return {{.name = "frost",
           .family = "weather",
           .summary = "ice crystals on the glass",
           .source = "after Hendrycks & Dietterich 2019 (ImageNet-C); procedural ice instead of their photographs",
           .parameters = {{.name = "amount", .low = 0.0, .high = 1.0, .neutral = 0.0, .unit = "share of ice"}},
           .monotone = false,
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            cv::Mat ice = part_of_pane(image.size(), pixel_scale(image), rng), out;
            if (image.channels() == 1) cv::cvtColor(ice, ice, cv::COLOR_BGR2GRAY);
            cv::addWeighted(image, remaining(values["amount"]), ice, values["amount"], 0.0, out);
            return out;
          }};
}

}  // namespace robustcheck::transform
