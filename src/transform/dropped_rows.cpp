#include <algorithm>
#include <cmath>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// A line of a 224-pixel picture: larger pictures lose as many, thicker ones.
int line_height(const cv::Mat& image) {
  return std::max(1, static_cast<int>(std::lround(std::min(image.cols, image.rows) / 224.0)));
}

cv::Mat without_rows(const cv::Mat& image, double share, bool repeat, Rng& rng) {
  cv::Mat result = image.clone();
  const int height = line_height(image);
  for (int top = 0; top < image.rows; top += height) {
    if (rng.uniform() >= share) continue;
    for (int y = top; y < std::min(top + height, image.rows); ++y) {
      cv::Mat row = result.row(y);
      if (!repeat)
        row.setTo(cv::Scalar::all(0));
      else if (top > 0)
        result.row(top - 1).copyTo(row);
    }
  }
  return result;
}

}  // namespace

/// Lines that a sensor or a link lost. A row that is lost at one share is lost at every higher one.
Transform dropped_rows() {
  return {{.name = "dropped_rows",
           .family = "digital",
           .summary = "lost lines, black or (repeat = 1) replaced by the line above",
           .source = "line dropout of sensors and links; concealment by repetition",
           .parameters = {{.name = "share", .low = 0.0, .high = 0.5, .neutral = 0.0, .unit = "share of rows"},
                          {.name = "repeat",
                           .low = 0.0,
                           .high = 1.0,
                           .neutral = 0.0,
                           .unit = "",
                           .strength = false,
                           .integer = true}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) {
            return without_rows(image, values["share"], values["repeat"] > 0.5, rng);
          }};
}

}  // namespace robustcheck::transform
