#pragma once

#include <opencv2/core.hpp>

#include "robustcheck/space/validity.h"

namespace robustcheck::image {

/// Distances between two 8-bit images of the same size and type (1 or 3 channels); the structural similarity is
/// cv::quality::QualitySSIM's (11 x 11 Gaussian window, sigma 1.5), mean over the channels.
space::Distances distances(const cv::Mat& reference, const cv::Mat& changed);

}  // namespace robustcheck::image
