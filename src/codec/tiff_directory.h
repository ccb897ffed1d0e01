#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace robustcheck::codec {

/// The first value of a tag in the first directory of a TIFF block (of a TIFF file, or of EXIF data), whatever number
/// type it has; none where the tag is missing, no number, or cut off. Of several entries the first counts.
std::optional<double> tiff_number(std::string_view block, std::uint32_t tag);

}  // namespace robustcheck::codec
