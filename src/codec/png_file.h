#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <string_view>

namespace robustcheck::codec {

/// Content of the first chunk of that type, or empty.
std::string_view png_chunk(std::string_view bytes, std::string_view type);

/// The text of that keyword (tEXt, zTXt or iTXt), or empty.
std::string png_text(std::string_view bytes, std::string_view keyword);

/// 8-bit pixels as they are stored: gray, gray and alpha, BGR or BGRA (a palette is colour; a transparent colour is
/// alpha). 16-bit values are divided by 257 and rounded. Throws Error{input}; a file that ends early or whose checksums
/// are wrong is damaged.
cv::Mat decode_png(std::string_view bytes);

}  // namespace robustcheck::codec
