#pragma once

#include <string>
#include <string_view>

#include "robustcheck/base/picture_format.h"

namespace robustcheck::codec {

/// What a file says about its picture, each "" where it is missing.
struct Metadata {
  std::string exif;  ///< a TIFF header and what follows, maybe after "Exif\0\0"
  std::string xmp;   ///< XML
};
/// Of a JPEG, PNG or WebP file; nothing of others.
Metadata metadata_of(std::string_view bytes, PictureFormat format);

}  // namespace robustcheck::codec
