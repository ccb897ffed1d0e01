#include "robustcheck/image/resize.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "float_resize.h"
#include "pillow_resize.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::image {
namespace {

struct OpenCvFilter {
  const char* name;
  int interpolation;
};
constexpr OpenCvFilter kOpenCvFilters[] = {{"opencv-nearest", cv::INTER_NEAREST},
                                           {"opencv-linear", cv::INTER_LINEAR},
                                           {"opencv-area", cv::INTER_AREA},
                                           {"opencv-cubic", cv::INTER_CUBIC},
                                           {"opencv-lanczos4", cv::INTER_LANCZOS4}};

/// Antialiased torch has Pillow's kernels.
struct TorchFilter {
  const char* name;
  const char* kernel;
};
constexpr TorchFilter kTorchFilters[] = {{"torch-bilinear", "pillow-bilinear"}, {"torch-bicubic", "pillow-bicubic"}};

template <class Filters>
auto found_in(const Filters& filters, std::string_view name) {
  const auto found = std::ranges::find_if(filters, [&](const auto& filter) { return filter.name == name; });
  return found == std::end(filters) ? nullptr : &*found;
}

const PillowFilter* pillow_filter(std::string_view name) {
  static const auto kFilters = pillow_filters();
  return found_in(kFilters, name);
}

cv::Mat open_cv_resize(const cv::Mat& image, Size size, const OpenCvFilter& filter) {
  cv::Mat resized;
  cv::resize(image, resized, {size.width, size.height}, 0.0, 0.0, filter.interpolation);
  return resized;
}

[[noreturn]] void refuse(const std::string& filter) {
  throw Error(ErrorKind::usage, unknown_name("resize filter", filter, resize_filter_names()));
}

}  // namespace

const std::vector<std::string>& resize_filter_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const OpenCvFilter& filter : kOpenCvFilters) names.emplace_back(filter.name);
    for (const PillowFilter& filter : pillow_filters()) names.emplace_back(filter.name);
    for (const TorchFilter& filter : kTorchFilters) names.emplace_back(filter.name);
    return names;
  }();
  return kNames;
}

cv::Mat resize(const cv::Mat& image, Size size, const std::string& filter) {
  if (const PillowFilter* found = pillow_filter(filter)) return pillow_resize(image, size, *found);
  if (const OpenCvFilter* found = found_in(kOpenCvFilters, filter)) return open_cv_resize(image, size, *found);
  if (found_in(kTorchFilters, filter) == nullptr) refuse(filter);
  if (image.cols == size.width && image.rows == size.height) return image;
  cv::Mat resized;
  resize_float(image, size, filter).convertTo(resized, CV_8U);
  return resized;
}

cv::Mat resize_float(const cv::Mat& image, Size size, const std::string& filter) {
  if (const PillowFilter* found = pillow_filter(filter)) return float_resize(image, size, *found, Arithmetic::pillow);
  if (const TorchFilter* found = found_in(kTorchFilters, filter))
    return float_resize(image, size, *pillow_filter(found->kernel), Arithmetic::torch);
  const OpenCvFilter* found = found_in(kOpenCvFilters, filter);
  if (found == nullptr) refuse(filter);
  cv::Mat values;
  image.convertTo(values, CV_32F);
  return open_cv_resize(values, size, *found);
}

}  // namespace robustcheck::image
