#pragma once

#include <opencv2/core.hpp>

#include "robustcheck/image/preprocess_settings.h"
#include "robustcheck/image/preprocessing.h"

namespace robustcheck::image {

/// Writes an image of 8 bit or float, gray or BGR, as the network's planes: in its channel order, (x * scale - mean) /
/// std with the preprocessing file's constants or those of the knob `normalization` (ImageNet's go with their colour,
/// wherever the network has it; a gray network gets their averages, 0.449 and 0.226).
void write_planes(const cv::Mat& image, const Preprocessing& preprocessing, const PreprocessSettings& settings,
                  float* planes);

}  // namespace robustcheck::image
