#include <algorithm>
#include <array>
#include <cmath>

#include "light.h"
#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {
namespace {

/// Scattered light, in shares of white, at a distance from the sun (share of the longer side): the disc with its glow
/// and a wide veil. Two Lorentz curves, close to what dust and the cornea do (stray light falls as 1 / angle^2).
double scattered(double distance) {
  const auto lorentz = [&](double width) { return 1.0 / (1.0 + distance * distance / (width * width)); };
  const double glow = lorentz(0.06);
  return 4.0 * glow * glow + 0.6 * lorentz(0.25);
}

/// scattered() by squared distance: no root and no division per pixel.
const std::array<float, 2048>& table() {
  static const std::array<float, 2048> kTable = [] {
    std::array<float, 2048> table{};
    for (std::size_t i = 0; i < table.size(); ++i)
      table[i] = static_cast<float>(scattered(std::sqrt(2.0 * static_cast<double>(i) / (table.size() - 1))));
    return table;
  }();
  return kTable;
}

/// Reflections between the lenses: discs on the line from the sun through the centre.
struct Ghost {
  double place;  ///< 0 = sun, 1 = centre, 2 = as far beyond it
  double radius, light;
};
constexpr Ghost kGhosts[] = {{0.6, 0.025, 0.10}, {1.35, 0.05, 0.06}, {1.7, 0.03, 0.12}, {2.2, 0.09, 0.05}};

void add_ghost(cv::Mat& veil, cv::Point2d centre, double radius, float light) {
  const int top = std::max(0, static_cast<int>(centre.y - radius));
  const int bottom = std::min(veil.rows - 1, static_cast<int>(centre.y + radius) + 1);
  for (int y = top; y <= bottom; ++y) {
    float* row = veil.ptr<float>(y);
    const int left = std::max(0, static_cast<int>(centre.x - radius));
    const int right = std::min(veil.cols - 1, static_cast<int>(centre.x + radius) + 1);
    for (int x = left; x <= right; ++x) {
      const double inside = radius - std::hypot(x - centre.x, y - centre.y);
      row[x] += light * static_cast<float>(std::clamp(inside + 0.5, 0.0, 1.0));
    }
  }
}

void add_scatter(cv::Mat& veil, cv::Point2d sun, double longer, float intensity) {
  const auto scale = static_cast<float>((table().size() - 1) / (2.0 * longer * longer));
  for (int y = 0; y < veil.rows; ++y) {
    float* row = veil.ptr<float>(y);
    const auto dy = static_cast<float>(y - sun.y);
    for (int x = 0; x < veil.cols; ++x) {
      const float dx = static_cast<float>(x) - static_cast<float>(sun.x);
      const auto index = static_cast<std::size_t>(scale * (dx * dx + dy * dy) + 0.5F);
      row[x] = intensity * table()[std::min(index, table().size() - 1)];
    }
  }
}

cv::Mat veil_of(const cv::Mat& image, const Values& values) {
  const double longer = std::max(image.cols, image.rows);
  const auto intensity = static_cast<float>(values["intensity"]);
  const cv::Point2d sun(values["x"] * (image.cols - 1), values["y"] * (image.rows - 1));
  cv::Mat veil(image.size(), CV_32F);
  add_scatter(veil, sun, longer, intensity);
  for (const Ghost& ghost : kGhosts)
    add_ghost(veil, sun + ghost.place * (centre_of(image) - sun), ghost.radius * longer,
              intensity * static_cast<float>(ghost.light));
  return veil;
}

}  // namespace

/// The sun in or near the picture: a white glow, a veil over everything and lens reflections, added in linear light.
Transform glare() {
  return {{.name = "glare",
           .family = "light",
           .summary = "sun flare: glow, veil and lens reflections added in linear light; x, y place the sun",
           .source = "stray light falling with the squared angle, as in the CIE glare function (CIE 135/1, 1999)",
           .parameters =
               {{.name = "intensity", .low = 0.0, .high = 1.0, .neutral = 0.0, .unit = "share"},
                {.name = "x", .low = 0.0, .high = 1.0, .neutral = 0.8, .unit = "share of width", .strength = false},
                {.name = "y", .low = 0.0, .high = 1.0, .neutral = 0.15, .unit = "share of height", .strength = false}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            return relit(image, /*gain=*/{}, veil_of(image, values));
          }};
}

}  // namespace robustcheck::transform
