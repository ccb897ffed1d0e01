#pragma once

#include <opencv2/core.hpp>

#include "robustcheck/space/variance.h"

namespace robustcheck::transform {

/// The point about which geometric transforms turn: ((w - 1) / 2, (h - 1) / 2).
cv::Point2d centre_of(const cv::Mat& image);

/// cv::BorderTypes of a border option.
int open_cv_border(space::Border border);

/// Moves every pixel p to `forward` * (p, 1), bilinear, same size.
cv::Mat warp(const cv::Mat& image, const cv::Matx23d& forward, space::Border border);

}  // namespace robustcheck::transform
