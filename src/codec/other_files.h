#pragma once

#include <opencv2/core.hpp>
#include <string_view>

namespace robustcheck::codec {

/// Gray or BGR; 5 and 6 bits a colour become 0 to 255 as Pillow has them. Throws Error{input}.
cv::Mat decode_bmp(std::string_view bytes);

/// PBM, PGM or PPM, plain or binary: 8-bit gray or BGR, its own maximum becomes 255. Throws Error{input}.
cv::Mat decode_pnm(std::string_view bytes);

/// The first picture of a TIFF file, turned as it says, 8-bit gray or BGR; libtiff multiplies 8-bit colours by their
/// alpha. Throws Error{input} that names the kind of a file that is not read.
cv::Mat decode_tiff(std::string_view bytes);

/// BGR, or BGRA where there is alpha. Throws Error{input}; an animation is no picture.
cv::Mat decode_webp(std::string_view bytes);

}  // namespace robustcheck::codec
