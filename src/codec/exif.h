#pragma once

#include <opencv2/core.hpp>
#include <string_view>

#include "robustcheck/base/picture_format.h"

namespace robustcheck::codec {

/// The orientation of a JPEG, PNG or WebP file, 1 to 8; 1 (upright) where it says none or nonsense. From its EXIF block
/// (in a PNG also the text that ImageMagick writes), else from its XMP packet, as Pillow's ImageOps.exif_transpose.
int orientation(std::string_view bytes, PictureFormat format);

/// The image as it is meant to be seen; `turned` is such an orientation.
cv::Mat upright(const cv::Mat& image, int turned);

}  // namespace robustcheck::codec
