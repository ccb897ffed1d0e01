#pragma once

#include <opencv2/core.hpp>
#include <span>

#include "robustcheck/image/preprocess_settings.h"
#include "robustcheck/image/preprocessing.h"

namespace robustcheck::image {

/// Turns a decoded (and perturbed) 8-bit image, gray or BGR, into float planes C x H x W in `planes`
/// (size channel_count * input.width * input.height): YUV -> gray for a gray network -> resize -> centre crop ->
/// rounding -> channel order -> (x * scale - mean) / std; `settings` say what differs from the preprocessing file.
/// Throws Error{input} when the image does not have the network's size and the rule is `none`, or when a crop is larger
/// than the resized image.
void preprocess(const cv::Mat& image, const Preprocessing& preprocessing, const PreprocessSettings& settings,
                std::span<float> planes);

}  // namespace robustcheck::image
