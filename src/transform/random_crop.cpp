#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {
namespace {

/// Forward map of one axis: the kept part starts at `begin` and fills the whole; pixel edges meet pixel edges.
struct Axis {
  double scale, offset;
};

Axis stretch(int length, double share, double position) {
  const double scale = 1.0 / (1.0 - share);
  const double begin = position * share * length;
  return {scale, scale * (0.5 - begin) - 0.5};
}

}  // namespace

/// Part of the picture, enlarged to the size of the whole. A search draws the place, so a variance says where.
Transform random_crop() {
  return {{.name = "random_crop",
           .family = "geometry",
           .summary = "cut a share off each side length and enlarge the rest to the whole; x, y place it",
           .source = "resized crop, as torchvision RandomResizedCrop at constant aspect",
           .parameters =
               {{.name = "share", .low = 0.0, .high = 0.4, .neutral = 0.0, .unit = "share of side"},
                {.name = "x", .low = 0.0, .high = 1.0, .neutral = 0.5, .unit = "0 left, 1 right", .strength = false},
                {.name = "y", .low = 0.0, .high = 1.0, .neutral = 0.5, .unit = "0 top, 1 bottom", .strength = false}},
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const Axis x = stretch(image.cols, values["share"], values["x"]);
            const Axis y = stretch(image.rows, values["share"], values["y"]);
            return warp(image, {x.scale, 0.0, x.offset, 0.0, y.scale, y.offset}, space::Border::replicate);
          }};
}

}  // namespace robustcheck::transform
