#include "exif.h"

#include "bytes.h"

namespace robustcheck::codec {

int exif_orientation(std::string_view exif_block) {
  constexpr std::uint32_t kOrientationTag = 0x0112;
  constexpr std::size_t kEntryBytes = 12;
  const auto number = exif_block.starts_with("MM") ? big_endian : little_endian;
  const std::size_t directory = number(exif_block, 4, 4);
  const std::size_t entries = number(exif_block, directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (number(exif_block, entry, 2) != kOrientationTag) continue;
    const std::uint32_t value = number(exif_block, entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

cv::Mat upright(const cv::Mat& image, int orientation) {
  constexpr int kTopDown = 0, kLeftRight = 1, kBoth = -1;  // of cv::flip
  cv::Mat result = image;
  if (orientation >= 5) cv::transpose(image, result);
  switch (orientation) {
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
