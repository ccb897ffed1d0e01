#include "exif.h"

#include <optional>
#include <string>

#include "container.h"
#include "tiff_directory.h"

namespace robustcheck::codec {
namespace {

using namespace std::string_view_literals;

std::optional<int> valid(double value) {
  const bool known = value >= 1.0 && value <= 8.0 && value == static_cast<int>(value);
  return known ? std::optional(static_cast<int>(value)) : std::nullopt;
}

std::string_view without_prefix(std::string_view exif) {
  constexpr std::string_view kPrefix = "Exif\0\0"sv;
  while (exif.starts_with(kPrefix)) exif.remove_prefix(kPrefix.size());
  return exif;
}

/// tiff:Orientation="6" or <tiff:Orientation>6<.
int xmp_orientation(std::string_view packet) {
  constexpr std::string_view kName = "tiff:Orientation";
  for (std::size_t at = packet.find(kName); at != std::string_view::npos; at = packet.find(kName, at + 1)) {
    std::string_view rest = packet.substr(at + kName.size());
    const std::size_t skipped = rest.starts_with("=\""sv) ? 2 : rest.starts_with('>') ? 1 : 0;
    if (skipped == 0 || rest.size() <= skipped || rest[skipped] < '0' || rest[skipped] > '9') continue;
    return valid(rest[skipped] - '0').value_or(1);
  }
  return 1;
}

}  // namespace

int orientation(std::string_view bytes, PictureFormat format) {
  constexpr std::uint32_t kOrientation = 0x0112;
  const Metadata metadata = metadata_of(bytes, format);
  if (const auto value = tiff_number(without_prefix(metadata.exif), kOrientation)) return valid(*value).value_or(1);
  return xmp_orientation(metadata.xmp);
}

cv::Mat upright(const cv::Mat& image, int turned) {
  constexpr int kTopDown = 0, kLeftRight = 1, kBoth = -1;  // of cv::flip
  cv::Mat result = image;
  if (turned >= 5) cv::transpose(image, result);
  switch (turned) {
    case 2:
    case 6:
      cv::flip(result, result, kLeftRight);
      break;
    case 3:
    case 7:
      cv::flip(result, result, kBoth);
      break;
    case 4:
    case 8:
      cv::flip(result, result, kTopDown);
      break;
    default:
      break;
  }
  return result;
}

}  // namespace robustcheck::codec
