#include <opencv2/imgproc.hpp>
#include <vector>

#include "cells.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Colour at the resolution of the cells, lightness as it is (BT.601, full range, as in JPEG files).
cv::Mat with_coarse_colour(const cv::Mat& image, cv::Size cells, cv::InterpolationFlags enlarging) {
  cv::Mat luma_chroma, out;
  cv::cvtColor(image, luma_chroma, cv::COLOR_BGR2YCrCb);
  std::vector<cv::Mat> planes;
  cv::split(luma_chroma, planes);
  for (std::size_t i = 1; i < planes.size(); ++i) {
    cv::Mat small;
    cv::resize(planes[i], small, cells, 0.0, 0.0, cv::INTER_AREA);
    cv::resize(small, planes[i], image.size(), 0.0, 0.0, enlarging);
  }
  cv::merge(planes, luma_chroma);
  cv::cvtColor(luma_chroma, out, cv::COLOR_YCrCb2BGR);
  return out;
}

}  // namespace

/// Colour at a lower resolution than lightness, as video and JPEG store it (2 at full scale is 4:2:0).
Transform chroma_subsample() {
  return {
      {.name = "chroma_subsample",
       .family = "digital",
       .summary = "colour at a lower resolution; gray images stay as they are",
       .source = "BT.601 luma and chroma; 2 px is 4:2:0",
       .parameters = {{.name = "cell", .low = 1.0, .high = 16.0, .neutral = 1.0, .unit = "px at a shorter side of 224"},
                      {.name = "smooth",
                       .low = 0.0,
                       .high = 1.0,
                       .neutral = 1.0,
                       .unit = "0 squares, 1 interpolated",
                       .strength = false,
                       .integer = true}}},
      [](const cv::Mat& image, const Values& values, Rng&) {
        const cv::Size cells = cells_of(image, values["cell"]);
        if (image.channels() == 1 || cells == image.size()) return image;
        return with_coarse_colour(image, cells, values["smooth"] > 0.5 ? cv::INTER_LINEAR : cv::INTER_NEAREST);
      }};
}

}  // namespace robustcheck::transform
