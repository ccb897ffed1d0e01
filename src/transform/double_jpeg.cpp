#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "robustcheck/image/jpeg.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr int kOff = 100;

/// One trip through a JPEG file whose block grid starts `shift` pixels left of and above the picture.
cv::Mat recompressed(const cv::Mat& image, int quality, int shift) {
  if (quality >= kOff) return image;
  cv::Mat framed;
  cv::copyMakeBorder(image, framed, shift, 0, shift, 0, cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
  return image::decode_jpeg(image::encode_jpeg(framed, quality))(cv::Rect(shift, shift, image.cols, image.rows))
      .clone();
}

}  // namespace

/// Saved, cropped and saved again: the second grid of blocks does not fall on the first, so the losses add up.
Transform double_jpeg() {
  return {{.name = "double_jpeg",
           .family = "digital",
           .summary = "two JPEG compressions (4:2:0) whose block grids are shifted; a quality of 100 leaves one out",
           .source = "non-aligned double JPEG, Bianchi & Piva 2012, doi 10.1109/TIFS.2011.2170836",
           .parameters = {{.name = "first", .low = 5.0, .high = 100.0, .neutral = 100.0, .unit = "", .integer = true},
                          {.name = "second", .low = 5.0, .high = 100.0, .neutral = 100.0, .unit = "", .integer = true},
                          {.name = "shift",
                           .low = 0.0,
                           .high = 7.0,
                           .neutral = 4.0,
                           .unit = "px",
                           .strength = false,
                           .integer = true}},
           .monotone = false},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const auto whole = [&](const char* name) { return static_cast<int>(std::lround(values[name])); };
            return recompressed(recompressed(image, whole("first"), 0), whole("second"), whole("shift"));
          }};
}

}  // namespace robustcheck::transform
