#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "robustcheck/base/hash.h"
#include "robustcheck/image/preprocessing.h"

namespace robustcheck::image {

/// The formula of make_resize.py.
inline cv::Mat golden_picture(Size size, int channels) {
  cv::Mat image(size.height, size.width, CV_8UC(channels));
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      for (int c = 0; c < channels; ++c)
        image.ptr(y)[x * channels + c] =
            static_cast<uchar>(3 * x + 5 * y + 31 * c + (x * y * (c + 1)) % 89 + 97 * ((x / 3 + y / 2) % 2));
  return image;
}

inline std::string pixel_hash(const cv::Mat& image) {
  const cv::Mat whole = image.isContinuous() ? image : image.clone();
  return sha256_hex({reinterpret_cast<const char*>(whole.data), whole.total() * whole.elemSize()});
}

}  // namespace robustcheck::image
