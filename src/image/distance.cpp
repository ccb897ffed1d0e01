#include "robustcheck/image/distance.h"

#include <cmath>
#include <opencv2/quality/qualityssim.hpp>

#include "robustcheck/base/error.h"

namespace robustcheck::image {
namespace {

struct Sums {
  std::size_t changed = 0;
  int largest = 0;
  std::uint64_t squares = 0;
};

Sums sums_of(const cv::Mat& difference) {
  const int channels = difference.channels();
  Sums sums;
  for (int y = 0; y < difference.rows; ++y) {
    const uchar* value = difference.ptr(y);
    for (int x = 0; x < difference.cols; ++x) {
      int largest = 0;
      for (int c = 0; c < channels; ++c, ++value) {
        largest = std::max<int>(largest, *value);
        sums.squares += static_cast<std::uint64_t>(*value) * *value;
      }
      sums.changed += largest > 0 ? 1 : 0;
      sums.largest = std::max(sums.largest, largest);
    }
  }
  return sums;
}

double mean_ssim(const cv::Mat& reference, const cv::Mat& changed) {
  const cv::Scalar per_channel = cv::quality::QualitySSIM::compute(reference, changed, cv::noArray());
  double sum = 0.0;
  for (int c = 0; c < reference.channels(); ++c) sum += per_channel[c];
  return sum / reference.channels();
}

}  // namespace

space::Distances distances(const cv::Mat& reference, const cv::Mat& changed) {
  if (reference.size() != changed.size() || reference.type() != changed.type())
    throw Error(ErrorKind::internal, "distances: the images differ in size or type");
  cv::Mat difference;
  cv::absdiff(reference, changed, difference);
  const Sums sums = sums_of(difference);
  const auto pixels = static_cast<double>(difference.total());
  space::Distances result;
  result.l0 = static_cast<double>(sums.changed) / pixels;
  result.linf = sums.largest / 255.0;
  result.l2 = std::sqrt(static_cast<double>(sums.squares) / (pixels * difference.channels())) / 255.0;
  if (sums.changed > 0) result.ssim = mean_ssim(reference, changed);
  return result;
}

}  // namespace robustcheck::image
