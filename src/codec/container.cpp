#include "container.h"

#include <algorithm>
#include <charconv>

#include "bytes.h"
#include "png.h"

namespace robustcheck::codec {
namespace {

using namespace std::string_view_literals;

/// Segments from the start of a JPEG file up to its pixels.
std::string_view jpeg_exif(std::string_view bytes) {
  constexpr std::uint32_t kApp1 = 0xffe1, kStartOfScan = 0xffda;
  constexpr std::string_view kName = "Exif\0\0"sv;
  std::size_t at = 2;
  while (at + 4 <= bytes.size() && bytes[at] == '\xff') {
    const std::uint32_t marker = big_endian(bytes, at, 2);
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (marker == kStartOfScan || length < 2) break;
    const std::string_view segment = bytes.substr(at + 4, length - 2);
    if (marker == kApp1 && segment.starts_with(kName)) return segment.substr(kName.size());
    at += 2 + length;
  }
  return {};
}

std::string_view webp_exif(std::string_view bytes) {
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    const std::size_t length = little_endian(bytes, at + 4, 4);
    if (bytes.substr(at, 4) == "EXIF") return bytes.substr(at + 8, length);
    at += 8 + length + length % 2;
  }
  return {};
}

/// The next word of a PNM header; comments run from # to the end of the line.
std::string_view next_word(std::string_view bytes, std::size_t& at) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  while (at < bytes.size() && (kSpace.find(bytes[at]) != std::string_view::npos || bytes[at] == '#'))
    at = bytes[at] == '#' ? std::min(bytes.find('\n', at), bytes.size()) : at + 1;
  const std::size_t begin = at;
  at = std::min(bytes.find_first_of(kSpace, at), bytes.size());
  return bytes.substr(begin, at - begin);
}

}  // namespace

Format format_of(std::string_view bytes) {
  if (bytes.starts_with("\xff\xd8\xff"sv)) return Format::jpeg;
  if (bytes.starts_with(kPngSignature)) return Format::png;
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return Format::webp;
  if (bytes.starts_with("BM"sv)) return Format::bmp;
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return Format::tiff;
  if (bytes.size() >= 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6') return Format::pnm;
  return Format::unknown;
}

std::string_view exif_block(std::string_view bytes, Format format) {
  if (format == Format::jpeg) return jpeg_exif(bytes);
  if (format == Format::webp) return webp_exif(bytes);
  if (format == Format::png) return png_chunk(bytes, "eXIf");
  return {};
}

int pnm_maximum(std::string_view bytes) {
  if (bytes.starts_with("P1") || bytes.starts_with("P4")) return 1;
  std::size_t at = 2;
  std::string_view word;
  for (int i = 0; i < 3; ++i) word = next_word(bytes, at);  // width, height, maximum
  int maximum = 0;
  std::from_chars(word.data(), word.data() + word.size(), maximum);
  return maximum >= 1 && maximum <= 65535 ? maximum : 0;
}

}  // namespace robustcheck::codec
