#include "robustcheck/base/picture_format.h"

#include <algorithm>
#include <cctype>
#include <fstream>

namespace robustcheck {
namespace {

using namespace std::string_view_literals;

bool is_webp(std::string_view bytes) { return bytes.starts_with("RIFF"sv) && bytes.substr(0, 12).ends_with("WEBP"sv); }

/// "BM" alone begins many a text: the size of the header that follows is one of a few.
bool is_bmp(std::string_view bytes) {
  constexpr std::string_view kHeaderSizes = "\x0c\x10\x28\x34\x38\x40\x6c\x7c";
  constexpr std::size_t kHeader = 14;
  return bytes.starts_with("BM"sv) && bytes.size() >= kHeader + 4 &&
         kHeaderSizes.find(bytes[kHeader]) != std::string_view::npos && bytes.substr(kHeader + 1, 3) == "\0\0\0"sv;
}

bool is_p(std::string_view bytes, std::string_view kinds) {
  constexpr std::string_view kBehind = " \t\r\n#";
  return bytes.size() >= 3 && bytes[0] == 'P' && kinds.find(bytes[1]) != std::string_view::npos &&
         kBehind.find(bytes[2]) != std::string_view::npos;
}

bool is_tiff(std::string_view bytes) { return bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv); }
bool is_big_tiff(std::string_view bytes) { return bytes.starts_with("II+\0"sv) || bytes.starts_with("MM\0+"sv); }

/// A length of four bytes, then the kind.
bool is_box(std::string_view bytes, std::string_view kind) {
  return bytes.size() >= 8 && bytes.substr(4).starts_with(kind);
}

/// The ISO base media container, by the brand of its first box.
bool is_brand(std::string_view bytes, std::initializer_list<std::string_view> brands) {
  return is_box(bytes, "ftyp") && bytes.size() >= 12 &&
         std::find(brands.begin(), brands.end(), bytes.substr(8, 4)) != brands.end();
}

const std::vector<FormatInfo>& table() {
  using enum PictureFormat;
  static const std::vector<FormatInfo> kTable = {
      {png, "PNG", {".png"}, [](auto b) { return b.starts_with("\x89PNG\r\n\x1a\n"sv); }},
      {jpeg, "JPEG", {".jpg", ".jpeg", ".jpe", ".jfif"}, [](auto b) { return b.starts_with("\xff\xd8\xff"sv); }},
      {webp, "WebP", {".webp"}, &is_webp},
      {bmp, "BMP", {".bmp", ".dib"}, &is_bmp},
      {pnm, "PNM", {".ppm", ".pgm", ".pbm", ".pnm"}, [](auto b) { return is_p(b, "123456"); }},
      {tiff, "TIFF", {".tif", ".tiff"}, &is_tiff},
      {not_read, "BigTIFF", {".btf", ".tf8"}, &is_big_tiff},
      {not_read, "GIF", {".gif"}, [](auto b) { return b.starts_with("GIF8"sv); }},
      {not_read, "AVIF", {".avif", ".avifs"}, [](auto b) { return is_brand(b, {"avif", "avis"}); }},
      {not_read, "HEIF", {".heic", ".heif"}, [](auto b) { return is_brand(b, {"heic", "heix", "mif1", "msf1"}); }},
      {not_read, "JPEG XL", {".jxl"}, [](auto b) { return b.starts_with("\xff\x0a"sv) || is_box(b, "JXL "); }},
      {not_read, "JPEG 2000", {".jp2", ".j2k", ".jpx"}, [](auto b) { return is_box(b, "jP  "); }},
      {not_read, "OpenEXR", {".exr"}, [](auto b) { return b.starts_with("\x76\x2f\x31\x01"sv); }},
      {not_read, "Radiance HDR", {".hdr"}, [](auto b) { return b.starts_with("#?RADIANCE"sv); }},
      {not_read, "PSD", {".psd"}, [](auto b) { return b.starts_with("8BPS"sv); }},
      {not_read, "PAM", {".pam"}, [](auto b) { return is_p(b, "7"); }},
      {not_read, "PFM", {".pfm"}, [](auto b) { return is_p(b, "Ff"); }},
      {not_read, "ICO", {".ico", ".cur"}, nullptr},
      {not_read, "TGA", {".tga"}, nullptr},
      {not_read, "SVG", {".svg"}, nullptr},
      {not_read, "camera raw", {".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf", ".pef"}, nullptr},
  };
  return kTable;
}

std::string lower_ending(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

const FormatInfo* format_with_ending(std::string_view ending) {
  for (const FormatInfo& row : table())
    if (std::find(row.endings.begin(), row.endings.end(), ending) != row.endings.end()) return &row;
  return nullptr;
}

std::string first_bytes(const std::filesystem::path& path) {
  std::string bytes(kFormatBytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace

const FormatInfo* format_of_content(std::string_view first_bytes) {
  for (const FormatInfo& row : table())
    if (row.begins != nullptr && row.begins(first_bytes)) return &row;
  return nullptr;
}

const FormatInfo* format_of_ending(const std::filesystem::path& path) { return format_with_ending(lower_ending(path)); }

std::string formats_read() {
  std::string names;
  for (const FormatInfo& row : table())
    if (row.is_read()) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

std::string endings_read() {
  std::string endings;
  for (const FormatInfo& row : table())
    for (const std::string_view ending : row.endings)
      if (row.is_read()) endings += (endings.empty() ? "" : " ") + std::string(ending);
  return endings;
}

FileKind kind_of_file(const std::filesystem::path& path) {
  const std::string ending = lower_ending(path);
  const FormatInfo* promised = format_with_ending(ending);
  if (promised != nullptr && promised->begins == nullptr) return FileKind::not_read;
  const FormatInfo* found = format_of_content(first_bytes(path));
  const bool may_be_picture = promised != nullptr || ending.empty() || ending == ".";
  if (!may_be_picture) return found != nullptr && found->is_read() ? FileKind::other_ending : FileKind::no_picture;
  const FormatInfo* format = found != nullptr ? found : promised;
  if (format == nullptr) return FileKind::no_picture;
  return format->is_read() ? FileKind::picture : FileKind::not_read;
}

}  // namespace robustcheck
