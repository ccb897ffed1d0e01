#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {
namespace {

/// Where each pixel comes from: r / (1 - amount r^2), r = 1 in the corners.
cv::Mat sources(const cv::Mat& image, double amount) {
  const cv::Point2d centre = centre_of(image);
  const double share = amount / std::max(1e-9, centre.dot(centre));
  cv::Mat map(image.size(), CV_32FC2);
  for (int y = 0; y < image.rows; ++y) {
    float* row = map.ptr<float>(y);
    const double dy = y - centre.y;
    for (int x = 0; x < image.cols; ++x) {
      const double dx = x - centre.x;
      const double scale = 1.0 / (1.0 - share * (dx * dx + dy * dy));
      row[2 * x] = static_cast<float>(centre.x + scale * dx);
      row[2 * x + 1] = static_cast<float>(centre.y + scale * dy);
    }
  }
  return map;
}

}  // namespace

/// A lens that bends straight lines. The centre keeps its scale.
Transform lens_distortion() {
  return {{.name = "lens_distortion",
           .family = "geometry",
           .summary = "barrel (positive) or pincushion (negative) distortion about the centre",
           .source = "division model, Fitzgibbon 2001, \"Simultaneous linear estimation of multiple view geometry and "
                     "lens distortion\"",
           .parameters =
               {{.name = "amount", .low = -0.5, .high = 0.5, .neutral = 0.0, .unit = "per squared half diagonal"}},
           .has_border = true,
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            cv::Mat result;
            cv::remap(image, result, sources(image, values["amount"]), {}, cv::INTER_LINEAR,
                      open_cv_border(values.border()));
            return result;
          }};
}

}  // namespace robustcheck::transform
