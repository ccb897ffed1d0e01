#pragma once

#include <compare>
#include <filesystem>
#include <map>
#include <opencv2/core.hpp>
#include <string>

#include "robustcheck/image/jpeg.h"

namespace robustcheck::codec {

enum class Alpha { drop, white, black };

/// What the decoding knobs change; the default is the reference.
struct DecodeSettings {
  image::JpegDecoding jpeg;
  bool apply_exif = true;     ///< JPEG, PNG, WebP; a TIFF's own orientation is always applied
  Alpha alpha = Alpha::drop;  ///< PNG, WebP (a transparent colour too): laid over that colour, round((v * a + colour *
                              ///< (255 - a)) / 255)
  auto operator<=>(const DecodeSettings&) const = default;
};

/// Reads the knobs of this struct from a configuration; other knobs are passed over. Throws Error{usage} for a value
/// that a knob does not have.
DecodeSettings decode_settings(const std::map<std::string, std::string>& config);

/// Decodes what base/picture_format.h says is read to 8 bit, gray (1 channel) or BGR (3 channels): 16-bit values are
/// scaled (v / 257, rounded; a PNM's own maximum counts), alpha (in a TIFF, libtiff multiplies by it) and EXIF
/// orientation are treated as `settings` say, a file that is gray stays gray (a palette is colour). The first bytes
/// decide the format, not the name. A file that ends early or is damaged is an error, never a picture with invented
/// pixels. Only
/// regular files are opened. Prints nothing. Throws Error{input} "<path>: <reason>".
cv::Mat decode(const std::filesystem::path& path, const DecodeSettings& settings = {});

/// Writes a lossless PNG (by rename). Throws Error{input}.
void write_png(const std::filesystem::path& path, const cv::Mat& image);

/// Version line of the libraries behind this module, for `doctor`.
std::string versions();

}  // namespace robustcheck::codec
