#include "float_resize.h"

#include <vector>

#include "filter_window.h"

namespace robustcheck::image {
namespace {

using Windows = std::vector<Window>;

Windows windows_of(int in, int out, const PillowFilter& filter, Arithmetic arithmetic) {
  Windows windows;
  for (int i = 0; i < out; ++i)
    windows.push_back(arithmetic == Arithmetic::pillow ? filter_window<double>(i, in, out, filter)
                                                       : filter_window<float>(i, in, out, filter));
  return windows;
}

cv::Mat change_width(const cv::Mat& image, const Windows& windows) {
  const int channels = image.channels();
  cv::Mat result(image.rows, static_cast<int>(windows.size()), image.type());
  for (int y = 0; y < image.rows; ++y) {
    float* out = result.ptr<float>(y);
    for (const Window& window : windows)
      for (int c = 0; c < channels; ++c) {
        const float* in = image.ptr<float>(y) + static_cast<std::ptrdiff_t>(window.first) * channels + c;
        double sum = 0.0;
        for (const double weight : window.weights) {
          sum += static_cast<double>(*in) * weight;
          in += channels;
        }
        *out++ = static_cast<float>(sum);
      }
  }
  return result;
}

cv::Mat change_height(const cv::Mat& image, const Windows& windows) {
  cv::Mat result(static_cast<int>(windows.size()), image.cols, image.type());
  std::vector<double> sums(static_cast<std::size_t>(image.cols) * image.channels());
  for (int y = 0; y < result.rows; ++y) {
    const Window& window = windows[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t t = 0; t < window.weights.size(); ++t) {
      const float* in = image.ptr<float>(window.first + static_cast<int>(t));
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(in[i]) * window.weights[t];
    }
    std::transform(sums.begin(), sums.end(), result.ptr<float>(y), [](double sum) { return static_cast<float>(sum); });
  }
  return result;
}

}  // namespace

cv::Mat float_resize(const cv::Mat& image, Size size, const PillowFilter& filter, Arithmetic arithmetic) {
  cv::Mat result;
  if (filter.kernel == nullptr) {
    pillow_resize(image, size, filter).convertTo(result, CV_32F);
    return result;
  }
  image.convertTo(result, CV_32F);
  const auto heighten = [&] {
    if (result.rows != size.height)
      result = change_height(result, windows_of(result.rows, size.height, filter, arithmetic));
  };
  const bool height_first =
      arithmetic == Arithmetic::pillow && pillow_starts_with_height({image.cols, image.rows}, size);
  if (height_first) heighten();
  if (result.cols != size.width) result = change_width(result, windows_of(result.cols, size.width, filter, arithmetic));
  heighten();
  return result;
}

}  // namespace robustcheck::image
