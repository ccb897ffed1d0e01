#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "transforms.h"
#include "warp.h"

namespace robustcheck::transform {
namespace {

/// Where the pixels of a picture go when it hangs in space and turns about its upright (yaw) and level (pitch) axis.
/// The eye is one longer side away: 53 degrees of view.
cv::Matx33d homography(const cv::Mat& image, double yaw_deg, double pitch_deg) {
  const double yaw = yaw_deg * std::numbers::pi / 180.0;
  const double pitch = pitch_deg * std::numbers::pi / 180.0;
  const double distance = std::max(image.cols, image.rows);
  const cv::Point2d c = centre_of(image);
  // Rows: x, y and 1 + depth / distance of the turned point (x, y, 0).
  const cv::Matx33d turned(std::cos(yaw), 0.0, 0.0,                                //
                           std::sin(yaw) * std::sin(pitch), std::cos(pitch), 0.0,  //
                           std::sin(yaw) * std::cos(pitch) / distance, -std::sin(pitch) / distance, 1.0);
  const cv::Matx33d to_centre(1.0, 0.0, -c.x, 0.0, 1.0, -c.y, 0.0, 0.0, 1.0);
  const cv::Matx33d back(1.0, 0.0, c.x, 0.0, 1.0, c.y, 0.0, 0.0, 1.0);
  return back * turned * to_centre;
}

}  // namespace

/// Seen from the side: the picture turns in space about its centre.
Transform perspective() {
  return {{.name = "perspective",
           .family = "geometry",
           .summary = "seen at an angle; positive yaw takes the right edge away, positive pitch the upper edge",
           .source = "pinhole projection of a turned plane, Hartley & Zisserman 2004, chapter 2",
           .parameters = {{.name = "yaw", .low = -30.0, .high = 30.0, .neutral = 0.0, .unit = "degrees"},
                          {.name = "pitch", .low = -30.0, .high = 30.0, .neutral = 0.0, .unit = "degrees"}},
           .has_border = true,
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            cv::Mat result;
            cv::warpPerspective(image, result, homography(image, values["yaw"], values["pitch"]), image.size(),
                                cv::INTER_LINEAR, open_cv_border(values.border()));
            return result;
          }};
}

}  // namespace robustcheck::transform
