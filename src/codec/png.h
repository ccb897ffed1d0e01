#pragma once

#include <string>
#include <string_view>

namespace robustcheck::codec {

inline constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

/// Content of the first chunk of that type, or empty.
std::string_view png_chunk(std::string_view bytes, std::string_view type);

/// True for gray pixels with alpha, which OpenCV would decode to colour.
bool is_gray_alpha_png(std::string_view bytes);

/// The file reduced to what its pixels need: libpng prints warnings about damaged colour profiles and the like, which
/// OpenCV does not use. Throws Error{input} for a file that ends early or whose checksums are wrong.
std::string essential_png(std::string_view bytes);

}  // namespace robustcheck::codec
