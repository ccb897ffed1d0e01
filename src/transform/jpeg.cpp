#include "robustcheck/image/jpeg.h"

#include <cmath>

#include "transforms.h"

namespace robustcheck::transform {

/// One more trip through a JPEG file: 4:2:0, libjpeg's quality scale. Not monotone where the image was a JPEG already.
Transform jpeg() {
  return {
      {.name = "jpeg",
       .family = "digital",
       .summary = "JPEG compression (4:2:0); 100 is off",
       .source = "libjpeg-turbo; Hendrycks & Dietterich 2019 (ImageNet-C)",
       .parameters = {{.name = "quality", .low = 5.0, .high = 100.0, .neutral = 100.0, .unit = "", .integer = true}},
       .monotone = false},
      [](const cv::Mat& image, const Values& values, Rng&) {
        return image::decode_jpeg(image::encode_jpeg(image, static_cast<int>(std::lround(values["quality"]))));
      }};
}

}  // namespace robustcheck::transform
