#pragma once

#include <opencv2/core.hpp>

namespace robustcheck::transform {

/// Gaussian blur of an 8-bit image with mirrored borders (reflect 101); nothing beyond a part of a larger image is
/// seen. Up to a sigma of 18 px OpenCV's own, bit for bit. Beyond that the picture is shrunk, blurred and enlarged, in
/// a time that hardly grows with sigma: at most 2 levels from OpenCV's own.
cv::Mat gaussian_blurred(const cv::Mat& image, double sigma_px);

}  // namespace robustcheck::transform
