#include "robustcheck/image/resize.h"

#include <opencv2/imgproc.hpp>

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

}  // namespace

const std::vector<std::string>& resize_filter_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const OpenCvFilter& filter : kOpenCvFilters) names.emplace_back(filter.name);
    for (const PillowFilter& filter : pillow_filters()) names.emplace_back(filter.name);
    return names;
  }();
  return kNames;
}

cv::Mat resize(const cv::Mat& image, Size size, const std::string& filter) {
  for (const PillowFilter& candidate : pillow_filters())
    if (candidate.name == filter) return pillow_resize(image, size, candidate);
  for (const OpenCvFilter& candidate : kOpenCvFilters) {
    if (candidate.name != filter) continue;
    cv::Mat resized;
    cv::resize(image, resized, {size.width, size.height}, 0.0, 0.0, candidate.interpolation);
    return resized;
  }
  throw Error(ErrorKind::usage, unknown_name("resize filter", filter, resize_filter_names()));
}

}  // namespace robustcheck::image
