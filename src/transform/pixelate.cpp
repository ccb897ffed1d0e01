
#include "cells.h"
#include "robustcheck/image/resize.h"
#include "transforms.h"

namespace robustcheck::transform {

/// A coarser sensor: the mean of each cell, shown as a square.
Transform pixelate() {
  return {{.name = "pixelate",
           .family = "digital",
           .summary = "squares of one colour each",
           .source = "Pillow's box filter down, nearest up; Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters =
               {{.name = "cell", .low = 1.0, .high = 32.0, .neutral = 1.0, .unit = "px at a shorter side of 224"}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const cv::Size cells = cells_of(image, values["cell"]);
            const cv::Mat small = image::resize(image, {cells.width, cells.height}, "pillow-box");
            return image::resize(small, {image.cols, image.rows}, "pillow-nearest");
          }};
}

}  // namespace robustcheck::transform
