#include "container.h"

#include <algorithm>
#include <sstream>

#include "bytes.h"
#include "png_file.h"

namespace robustcheck::codec {
namespace {

using namespace std::string_view_literals;

/// Segments from the start of a JPEG file up to its pixels. Fill bytes and junk between them are passed over; an EXIF
/// block may be spread over several segments.
Metadata jpeg_metadata(std::string_view bytes) {
  constexpr std::uint32_t kApp1 = 0xe1, kStartOfScan = 0xda, kFill = 0xff, kStuffed = 0;
  constexpr std::string_view kExif = "Exif\0\0"sv, kXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
  Metadata found;
  std::size_t at = 2;
  while ((at = bytes.find('\xff', at)) != std::string_view::npos) {
    const std::uint32_t marker = big_endian(bytes, ++at, 1);
    if (marker == kFill || marker == kStuffed) continue;
    const std::size_t length = big_endian(bytes, at + 1, 2);
    if (marker == kStartOfScan || length < 2) break;
    const std::string_view segment = bytes.substr(std::min(at + 3, bytes.size()), length - 2);
    if (marker == kApp1 && segment.starts_with(kExif)) found.exif += segment.substr(kExif.size());
    if (marker == kApp1 && segment.starts_with(kXmp)) found.xmp = segment.substr(kXmp.size());
    at += 1 + length;
  }
  return found;
}

Metadata webp_metadata(std::string_view bytes) {
  Metadata found;
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    const std::size_t length = little_endian(bytes, at + 4, 4);
    const std::string_view type = bytes.substr(at, 4), content = bytes.substr(at + 8, length);
    if (type == "EXIF" && found.exif.empty()) found.exif = content;
    if (type == "XMP " && found.xmp.empty()) found.xmp = content;
    at += 8 + length + length % 2;
  }
  return found;
}

/// The bytes of ImageMagick's "Raw profile type exif": three lines of heading, then hexadecimal digits.
std::string raw_profile(const std::string& text) {
  std::istringstream lines(text);
  std::string line, digits, bytes;
  for (int number = 0; std::getline(lines, line); ++number)
    if (number >= 3) digits += line;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::strtoul(digits.substr(i, 2).c_str(), nullptr, 16));
  return bytes;
}

Metadata png_metadata(std::string_view bytes) {
  Metadata found;
  found.exif = png_chunk(bytes, "eXIf");
  if (found.exif.empty()) found.exif = raw_profile(png_text(bytes, "Raw profile type exif"));
  found.xmp = png_text(bytes, "XML:com.adobe.xmp");
  return found;
}

}  // namespace

Metadata metadata_of(std::string_view bytes, PictureFormat format) {
  if (format == PictureFormat::jpeg) return jpeg_metadata(bytes);
  if (format == PictureFormat::webp) return webp_metadata(bytes);
  return format == PictureFormat::png ? png_metadata(bytes) : Metadata{};
}

}  // namespace robustcheck::codec
