#include "bytes.h"
#include "open_cv.h"
#include "other_files.h"
#include "robustcheck/base/error.h"

namespace robustcheck::codec {
namespace {

/// Bits of green in a file of 16 bits a pixel: 5, or 6 where its masks say so; 0 for a file of other bits.
int green_bits(std::string_view bytes) {
  constexpr std::size_t kBits = 28, kCompression = 30, kMasks = 54;
  constexpr std::uint32_t kBitFields = 3;
  if (little_endian(bytes, kBits, 2) != 16) return 0;
  if (little_endian(bytes, kCompression, 4) != kBitFields) return 5;
  const std::uint32_t red = little_endian(bytes, kMasks, 4), green = little_endian(bytes, kMasks + 4, 4),
                      blue = little_endian(bytes, kMasks + 8, 4);
  if (red == 0x7c00 && green == 0x3e0 && blue == 0x1f) return 5;
  if (red == 0xf800 && green == 0x7e0 && blue == 0x1f) return 6;
  throw Error(ErrorKind::input, "is a BMP file of 16 bits with unusual masks, which is not read");
}

}  // namespace

cv::Mat decode_bmp(std::string_view bytes) {
  cv::Mat image = open_cv_decode(bytes);
  const int green = green_bits(bytes);
  if (green == 0 || image.channels() != 3) return image;
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < 3 * image.cols; ++x) {  // OpenCV shifts the bits up: white would be 248
      const int bits = x % 3 == 1 ? green : 5, most = (1 << bits) - 1;
      uchar& value = image.ptr(y)[x];
      value = static_cast<uchar>((value >> (8 - bits)) * 255 / most);
    }
  return image;
}

}  // namespace robustcheck::codec
