#include <string>

#include "open_cv.h"
#include "other_files.h"
#include "robustcheck/base/error.h"
#include "tiff_directory.h"

namespace robustcheck::codec {
namespace {

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::input, problem); }

enum Photometric { white_is_zero = 0, black_is_zero = 1, rgb = 2, palette = 3, separated = 5, ycbcr = 6 };

/// What the first directory says about the samples.
struct Layout {
  int bits, samples, format, photometric, planar;

  explicit Layout(std::string_view file)
      : bits(tag(file, 258, 1)),
        samples(tag(file, 277, 1)),
        format(tag(file, 339, 1)),
        photometric(tag(file, 262, black_is_zero)),
        planar(tag(file, 284, 1)) {}

 private:
  static int tag(std::string_view file, std::uint32_t number, int fallback) {
    return static_cast<int>(tiff_number(file, number).value_or(fallback));
  }
};

/// OpenCV reads more than this, some of it wrongly.
void refuse_unknown(const Layout& layout) {
  if (layout.format != 1) fail("is a TIFF file with samples that are no unsigned integers, which is not read");
  if (layout.bits != 1 && layout.bits != 8 && layout.bits != 16)
    fail("is a TIFF file with samples of " + std::to_string(layout.bits) + " bits, which is not read");
  const bool deep = layout.bits == 16;
  if (layout.photometric > (deep ? rgb : ycbcr) || layout.photometric == 4)
    fail("is a TIFF file of colour space " + std::to_string(layout.photometric) + (deep ? " and 16 bits" : "") +
         ", which is not read");
  if (deep && layout.samples == 2) fail("is a TIFF file of gray and alpha with 16 bits, which is not read");
  if (deep && layout.planar != 1 && layout.samples > 1)
    fail("is a TIFF file of 16 bits with a plane per colour, which is not read");
}

}  // namespace

cv::Mat decode_tiff(std::string_view bytes) {
  const Layout layout(bytes);
  refuse_unknown(layout);
  cv::Mat image = open_cv_decode(bytes);
  image = to_8_bit(image, image.depth() == CV_8U ? 255 : 65535);
  if (layout.bits == 16 && layout.photometric == white_is_zero) cv::bitwise_not(image, image);
  return image;
}

}  // namespace robustcheck::codec
