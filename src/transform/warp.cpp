#include "warp.h"

#include <opencv2/imgproc.hpp>

namespace robustcheck::transform {

int open_cv_border(space::Border border) {
  switch (border) {
    case space::Border::reflect:
      return cv::BORDER_REFLECT_101;
    case space::Border::replicate:
      return cv::BORDER_REPLICATE;
    case space::Border::black:
      return cv::BORDER_CONSTANT;
  }
  return cv::BORDER_REFLECT_101;
}

cv::Point2d centre_of(const cv::Mat& image) { return {(image.cols - 1) / 2.0, (image.rows - 1) / 2.0}; }

cv::Mat warp(const cv::Mat& image, const cv::Matx23d& forward, space::Border border) {
  cv::Mat warped;
  cv::warpAffine(image, warped, forward, image.size(), cv::INTER_LINEAR, open_cv_border(border));
  return warped;
}

}  // namespace robustcheck::transform
