#include "robustcheck/image/thumbnail.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "robustcheck/base/error.h"

namespace robustcheck::image {
namespace {

/// Shares the pixels, which OpenCV wants writable but nothing here writes.
cv::Mat view(const Picture& picture) {
  return {picture.height, picture.width, CV_8UC(picture.channels), const_cast<char*>(picture.pixels.data())};
}

}  // namespace

Picture thumbnail(const Picture& picture, int side) {
  const int longer = std::max(picture.width, picture.height);
  if (longer <= side) return picture;
  const auto scaled = [&](int length) { return std::max(1, length * side / longer); };
  Picture small{scaled(picture.width), scaled(picture.height), picture.channels, ""};
  small.pixels.resize(static_cast<std::size_t>(small.width) * static_cast<std::size_t>(small.height) *
                      static_cast<std::size_t>(small.channels));
  cv::Mat target(small.height, small.width, CV_8UC(small.channels), small.pixels.data());
  cv::resize(view(picture), target, target.size(), 0, 0, cv::INTER_AREA);
  return small;
}

Picture difference(const Picture& a, const Picture& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels)
    throw Error(ErrorKind::internal, "the difference of pictures of different size");
  Picture result = a;
  int largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const int apart = std::abs(static_cast<unsigned char>(a.pixels[i]) - static_cast<unsigned char>(b.pixels[i]));
    largest = std::max(largest, apart);
    result.pixels[i] = static_cast<char>(apart);
  }
  if (largest == 0) return result;
  for (char& pixel : result.pixels) pixel = static_cast<char>(static_cast<unsigned char>(pixel) * 255 / largest);
  return result;
}

}  // namespace robustcheck::image
