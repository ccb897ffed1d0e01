#pragma once

#include <opencv2/core.hpp>
#include <string_view>

namespace robustcheck::codec {

/// EXIF orientation, 1 to 8; 1 (upright) where the block has none or is broken.
int exif_orientation(std::string_view exif_block);

/// The image as it is meant to be seen.
cv::Mat upright(const cv::Mat& image, int orientation);

}  // namespace robustcheck::codec
