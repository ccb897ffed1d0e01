#include "robustcheck/image/preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "geometry.h"
#include "normalise.h"
#include "robustcheck/base/error.h"
#include "robustcheck/image/resize.h"
#include "yuv.h"

namespace robustcheck::image {
namespace {

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::input, problem); }

std::string shown(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height) + " px"; }

Size size_of(const cv::Mat& image) { return {image.cols, image.rows}; }

cv::Mat average_gray(const cv::Mat& bgr) {
  cv::Mat gray(bgr.size(), CV_8UC1);
  for (int y = 0; y < bgr.rows; ++y) {
    const uchar* in = bgr.ptr(y);
    for (int x = 0; x < bgr.cols; ++x, in += 3) gray.ptr(y)[x] = static_cast<uchar>((in[0] + in[1] + in[2] + 1) / 3);
  }
  return gray;
}

/// Gray for a gray network; otherwise the image as it is: gray planes are replicated when they are written.
cv::Mat with_channels(const cv::Mat& image, Channels channels, GrayWeights weights) {
  if (channels != Channels::gray || image.channels() == 1) return image;
  if (weights == GrayWeights::average) return average_gray(image);
  cv::Mat gray;
  cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  return gray;
}

/// To 8 bit as a cast does. The thousandth keeps whole what only the float arithmetic put below a whole number.
cv::Mat truncated(const cv::Mat& values) {
  constexpr float kSlack = 0.001F;
  cv::Mat result(values.size(), CV_8UC(values.channels()));
  for (int y = 0; y < values.rows; ++y) {
    const float* in = values.ptr<float>(y);
    std::transform(
        in, in + static_cast<std::ptrdiff_t>(values.cols) * values.channels(), result.ptr(y),
        [](float value) { return static_cast<uchar>(std::clamp(std::floor(value + kSlack), 0.0F, 255.0F)); });
  }
  return result;
}

cv::Mat resized(const cv::Mat& image, Size size, const std::string& filter, Rounding rounding) {
  if (rounding == Rounding::round) return resize(image, size, filter);
  const cv::Mat values = resize_float(image, size, filter);
  return rounding == Rounding::truncate ? truncated(values) : values;
}

cv::Mat centre_crop(const cv::Mat& image, Size crop) {
  if (image.cols < crop.width || image.rows < crop.height)
    fail("the resized image has " + shown(size_of(image)) + ", too small for a crop of " + shown(crop));
  return image(
      cv::Rect(crop_offset(image.cols, crop.width), crop_offset(image.rows, crop.height), crop.width, crop.height));
}

}  // namespace

void preprocess(const cv::Mat& image, const Preprocessing& preprocessing, const PreprocessSettings& settings,
                std::span<float> planes) {
  cv::Mat pixels = through_yuv(image, settings.yuv, settings.yuv_matrix);
  pixels = with_channels(pixels, preprocessing.channels, settings.gray);
  const Geometry geometry = geometry_of(size_of(pixels), preprocessing, settings);
  const std::string& filter = settings.filter.empty() ? preprocessing.filter : settings.filter;
  if (geometry.resize) pixels = resized(pixels, *geometry.resize, filter, settings.rounding);
  if (geometry.crop) pixels = centre_crop(pixels, *geometry.crop);
  if (size_of(pixels) != preprocessing.input)
    fail("the image has " + shown(size_of(pixels)) + " where the network takes " + shown(preprocessing.input) +
         "; 'resize' or 'crop' in the preprocessing file can change that");
  if (planes.size() != static_cast<std::size_t>(preprocessing.channel_count()) * pixels.total())
    throw Error(ErrorKind::internal, "preprocess: the planes have another size than the image");
  write_planes(pixels, preprocessing, settings, planes.data());
}

}  // namespace robustcheck::image
