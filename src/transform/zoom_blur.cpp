#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "noise.h"
#include "robustcheck/base/vector_clones.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Where a position of the enlarged picture lies in the image: between `index` and the next, at that share.
struct Source {
  int index = 0;
  float share = 0.0F;
};

/// Positions 0 .. size - 1 of the picture enlarged about its centre.
std::vector<Source> sources(int size, double factor) {
  std::vector<Source> result;
  const double centre = (size - 1) / 2.0;
  for (int i = 0; i < size; ++i) {
    const double at = centre + (i - centre) / factor;
    const int index = std::clamp(static_cast<int>(at), 0, std::max(0, size - 2));
    result.push_back({index, static_cast<float>(at - index)});
  }
  return result;
}

ROBUSTCHECK_VECTOR_CLONES void blend_rows(const float* above, const float* below, float share, float* __restrict out,
                                          std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = above[i] + share * (below[i] - above[i]);
}

/// Adds the row stretched horizontally: pixels of kLanes floats.
template <std::size_t kLanes>
void add_stretched(const float* __restrict row, const std::vector<Source>& columns, float* __restrict sums) {
  for (const Source& column : columns) {
    const float* left = row + static_cast<std::size_t>(column.index) * kLanes;
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sums[lane] += left[lane] + column.share * (left[lane + kLanes] - left[lane]);
    sums += kLanes;
  }
}

/// As floats, kLanes per pixel: three channels and one of padding, so that a pixel is one vector.
template <std::size_t kLanes>
cv::Mat widened(const cv::Mat& image) {
  cv::Mat wide = cv::Mat::zeros(image.rows + 1, (image.cols + 1) * static_cast<int>(kLanes),
                                CV_32F);  // one more: read with share 0
  const auto channels = static_cast<std::size_t>(image.channels());
  for (int y = 0; y < image.rows; ++y) {
    const uchar* in = image.ptr(y);
    auto* out = wide.ptr<float>(y);
    for (std::size_t x = 0; x < static_cast<std::size_t>(image.cols); ++x)
      for (std::size_t c = 0; c < channels; ++c) out[x * kLanes + c] = in[x * channels + c];
  }
  return wide;
}

/// Mean of the image, once by itself, and of the layers enlarged 1, 1 + step, ... times (layer 1 is the image again).
template <std::size_t kLanes>
cv::Mat mean_of_layers(const cv::Mat& image, const std::vector<double>& factors) {
  const cv::Mat wide = widened<kLanes>(image);
  cv::Mat sums = wide.clone();
  std::vector<float> row(static_cast<std::size_t>(wide.cols));
  for (const double factor : factors) {
    const std::vector<Source> columns = sources(image.cols, factor);
    const std::vector<Source> lines = sources(image.rows, factor);
    for (int y = 0; y < image.rows; ++y) {
      const Source& line = lines[static_cast<std::size_t>(y)];
      blend_rows(wide.ptr<float>(line.index), wide.ptr<float>(line.index + 1), line.share, row.data(), row.size());
      add_stretched<kLanes>(row.data(), columns, sums.ptr<float>(y));
    }
  }
  return sums;
}

/// The sums as 8-bit values again.
template <std::size_t kLanes>
cv::Mat narrowed(const cv::Mat& sums, const cv::Mat& image, float scale) {
  cv::Mat result(image.size(), image.type());
  const auto channels = static_cast<std::size_t>(image.channels());
  for (int y = 0; y < image.rows; ++y) {
    const auto* in = sums.ptr<float>(y);
    uchar* out = result.ptr(y);
    for (std::size_t x = 0; x < static_cast<std::size_t>(image.cols); ++x)
      for (std::size_t c = 0; c < channels; ++c) out[x * channels + c] = to_level(scale * in[x * kLanes + c]);
  }
  return result;
}

template <std::size_t kLanes>
cv::Mat zoomed(const cv::Mat& image, double largest, double step) {
  std::vector<double> factors;
  const int steps = static_cast<int>(std::ceil((largest - 1.0) / step - 1e-6));
  for (int i = 0; i < steps; ++i) factors.push_back(1.0 + i * step);
  factors.push_back(largest);
  return narrowed<kLanes>(mean_of_layers<kLanes>(image, factors), image, 1.0F / static_cast<float>(factors.size() + 1));
}

}  // namespace

/// Zooming during the exposure: the mean of the picture enlarged about its centre by growing factors.
Transform zoom_blur() {
  return {{.name = "zoom_blur",
           .family = "blur",
           .summary = "zooming in during the exposure; factor is the largest enlargement",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters = {{.name = "factor", .low = 1.0, .high = 1.4, .neutral = 1.0, .unit = ""},
                          {.name = "step",
                           .low = 0.01,
                           .high = 0.05,
                           .neutral = 0.02,
                           .unit = "between two exposures",
                           .strength = false}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            return image.channels() == 1 ? zoomed<1>(image, values["factor"], values["step"])
                                         : zoomed<4>(image, values["factor"], values["step"]);
          }};
}

}  // namespace robustcheck::transform
