#pragma once

#include <opencv2/core.hpp>

namespace robustcheck::transform {

/// Convolves (as a correlation) with a kernel of odd size whose weights sum to 1; faster than cv::filter2D where most
/// weights are 0. Mirrored borders; nothing beyond a part of a larger image is seen.
///   kernel   CV_32F, no negative weights
cv::Mat sparse_filter(const cv::Mat& image, const cv::Mat& kernel);

}  // namespace robustcheck::transform
