#pragma once

#include <string_view>

namespace robustcheck::codec {

enum class Format { jpeg, png, webp, bmp, pnm, tiff, unknown };

/// By the first bytes, never by the name.
Format format_of(std::string_view bytes);

/// The EXIF block of a JPEG, PNG or WebP file (it starts with a TIFF header), or empty.
std::string_view exif_block(std::string_view bytes, Format format);

/// The largest sample value that a PNM file declares (65535 at most), 1 for bitmaps; 0 if the header is broken.
int pnm_maximum(std::string_view bytes);

}  // namespace robustcheck::codec
