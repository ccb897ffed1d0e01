#include "light.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace robustcheck::transform {
namespace {

void relight_row(const uchar* in, const float* gain, const float* added, uchar* out, int width, int channels) {
  const float* linear = linear_table();
  const uchar* srgb = srgb_table();
  for (int x = 0; x < width; ++x) {
    const float factor = gain == nullptr ? 1.0F : gain[x];
    const float offset = 0.5F + (added == nullptr ? 0.0F : added[x] * kWhite);
    for (int c = 0; c < channels; ++c, ++in, ++out)
      *out = srgb[static_cast<int>(std::min(linear[*in] * factor + offset, static_cast<float>(kWhite)))];
  }
}

}  // namespace

double linear_of(double srgb) { return srgb <= 0.04045 ? srgb / 12.92 : std::pow((srgb + 0.055) / 1.055, 2.4); }

double srgb_of(double linear) {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1.0 / 2.4) - 0.055;
}

const float* linear_table() {
  static const std::array<float, 256> kTable = [] {
    std::array<float, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i)
      table[i] = static_cast<float>(kWhite * linear_of(static_cast<double>(i) / 255.0));
    return table;
  }();
  return kTable.data();
}

const uchar* srgb_table() {
  static const std::array<uchar, kWhite + 1> kTable = [] {
    std::array<uchar, kWhite + 1> table{};
    for (std::size_t i = 0; i < table.size(); ++i)
      table[i] = cv::saturate_cast<uchar>(255.0 * srgb_of(static_cast<double>(i) / kWhite));
    return table;
  }();
  return kTable.data();
}

cv::Mat relit(const cv::Mat& image, const cv::Mat& gain, const cv::Mat& added) {
  cv::Mat result(image.size(), image.type());
  for (int y = 0; y < image.rows; ++y)
    relight_row(image.ptr(y), gain.empty() ? nullptr : gain.ptr<float>(y),
                added.empty() ? nullptr : added.ptr<float>(y), result.ptr(y), image.cols, image.channels());
  return result;
}

}  // namespace robustcheck::transform
