#include <cmath>

#include "light.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// share_left^(d^2 / 2) along one axis, d = -1 and 1 at its ends: the product of both axes leaves `share_left` in the
/// corners of the picture.
std::vector<float> fall_off(int length, double share_left) {
  std::vector<float> gain(static_cast<std::size_t>(length), 1.0F);
  for (int i = 0; i < length && length > 1; ++i) {
    const double from_centre = 2.0 * i / (length - 1) - 1.0;
    gain[static_cast<std::size_t>(i)] = static_cast<float>(std::pow(share_left, from_centre * from_centre / 2.0));
  }
  return gain;
}

cv::Mat gain_of(const cv::Mat& image, double loss) {
  std::vector<float> columns = fall_off(image.cols, 1.0 - loss);
  std::vector<float> rows = fall_off(image.rows, 1.0 - loss);
  return cv::Mat(rows, false) * cv::Mat(columns, false).t();
}

}  // namespace

/// A lens that passes less light to the corners.
Transform vignette() {
  return {{.name = "vignette",
           .family = "light",
           .summary = "linear light falls from the centre to the corners, where the loss is the share that is missing",
           .source = "Gaussian fall-off, for natural and optical vignetting together",
           .parameters = {{.name = "loss", .low = 0.0, .high = 0.97, .neutral = 0.0, .unit = "share of light"}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            return relit(image, gain_of(image, values["loss"]), /*added=*/{});
          }};
}

}  // namespace robustcheck::transform
