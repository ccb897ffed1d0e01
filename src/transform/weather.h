#pragma once

#include <opencv2/core.hpp>

#include "robustcheck/base/rng.h"

namespace robustcheck::transform {

/// Pixels of this image per pixel of one with a shorter side of 224, at which pixel-sized parameters are defined.
double pixel_scale(const cv::Mat& image);

/// The z that a standard normal number exceeds with this probability; probability in (0, 1).
double normal_quantile_above(double probability);

/// CV_32F field of normal numbers, blurred with a Gaussian and brought back to a standard deviation of 1. Drawn
/// coarsely and enlarged where sigma is large.
cv::Mat smooth_noise(cv::Size size, double sigma_px, Rng& rng);

/// Covers the image with a colour: out = in + alpha / 255 * (colour - in).
///   alpha    CV_8U of the image's size
///   colour   BGR; gray images take its luma
cv::Mat covered(const cv::Mat& image, const cv::Mat& alpha, const cv::Vec3b& colour);

/// Adds light of a colour: out = in + alpha / 255 * colour, saturated.
cv::Mat lit(const cv::Mat& image, const cv::Mat& alpha, const cv::Vec3b& colour);

/// One plane as often as the image has channels.
cv::Mat as_channels(const cv::Mat& plane, int channels);

}  // namespace robustcheck::transform
