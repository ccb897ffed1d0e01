#include <algorithm>
#include <cmath>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr int kMidGray = 127;

struct Span {
  int begin, end;
};

/// Whole pixels of [centre - length / 2, centre + length / 2], moved inside [0, whole]. A longer span holds a shorter
/// one.
Span inside(double centre, double length, int whole) {
  const int count = static_cast<int>(std::lround(length));
  const int begin =
      static_cast<int>(std::lround(std::clamp(centre - count / 2.0, 0.0, static_cast<double>(whole - count))));
  return {begin, begin + count};
}

/// A rectangle of that area; where the aspect does not fit into the image, the area is kept and the aspect yields.
cv::Mat with_rectangle(const cv::Mat& image, const Values& values) {
  const double area_px = values["area"] * image.cols * image.rows;
  const double wanted_width = std::sqrt(area_px * values["aspect"]);
  const double width = std::clamp(wanted_width, area_px / image.rows, static_cast<double>(image.cols));
  const Span columns = inside(values["x"] * image.cols, width, image.cols);
  const Span rows = inside(values["y"] * image.rows, area_px / width, image.rows);
  cv::Mat result = image.clone();
  result(cv::Range(rows.begin, rows.end), cv::Range(columns.begin, columns.end)).setTo(cv::Scalar::all(kMidGray));
  return result;
}

}  // namespace

/// Something in front of the lens: a mid-gray rectangle that stays inside the image.
Transform occlude() {
  return {
      {.name = "occlude",
       .family = "occlusion",
       .summary = "mid-gray rectangle; x, y place its centre",
       .source = "Zeiler & Fergus 2014, arXiv 1311.2901",
       .parameters =
           {{.name = "area", .low = 0.0, .high = 0.5, .neutral = 0.0, .unit = "share of image"},
            {.name = "x", .low = 0.0, .high = 1.0, .neutral = 0.5, .unit = "share of width", .strength = false},
            {.name = "y", .low = 0.0, .high = 1.0, .neutral = 0.5, .unit = "share of height", .strength = false},
            {.name = "aspect", .low = 0.3, .high = 3.3, .neutral = 1.0, .unit = "width / height", .strength = false}}},
      [](const cv::Mat& image, const Values& values, Rng&) { return with_rectangle(image, values); }};
}

}  // namespace robustcheck::transform
