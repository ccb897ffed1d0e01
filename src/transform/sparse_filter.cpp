#include "sparse_filter.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "robustcheck/base/vector_clones.h"

namespace robustcheck::transform {
namespace {

constexpr int kBorder = cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED;
constexpr std::size_t kMostTaps = 160;  // what the lowest bits of 16 allow

struct Tap {
  int x = 0;
  int y = 0;
  std::uint16_t weight = 0;  ///< of 65536
};

/// The weights as 16-bit fractions with the sum 65536: what rounding loses goes to the next.
std::vector<Tap> taps_of(const cv::Mat& kernel) {
  std::vector<Tap> taps;
  double carried = 0.0;
  for (int y = 0; y < kernel.rows; ++y)
    for (int x = 0; x < kernel.cols; ++x) {
      const double exact = kernel.ptr<float>(y)[x] * 65536.0;
      if (exact < 0.5) continue;
      const double rounded = std::min(65535.0, std::round(exact + carried));
      carried += exact - rounded;
      if (rounded > 0.0) taps.push_back({x, y, static_cast<std::uint16_t>(rounded)});
    }
  return taps;
}

ROBUSTCHECK_VECTOR_CLONES void add_weighted(const uchar* __restrict in, std::uint16_t weight,
                                            std::uint16_t* __restrict sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto scaled = static_cast<std::uint16_t>(in[i] << 8);
    sums[i] = static_cast<std::uint16_t>(sums[i] + ((static_cast<std::uint32_t>(scaled) * weight) >> 16));
  }
}

ROBUSTCHECK_VECTOR_CLONES void upper_bytes(const std::uint16_t* sums, uchar* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<uchar>(sums[i] >> 8);
}

}  // namespace

cv::Mat sparse_filter(const cv::Mat& image, const cv::Mat& kernel) {
  const std::vector<Tap> taps = taps_of(kernel);
  if (taps.size() == 1) return image;
  cv::Mat out(image.size(), image.type());
  if (taps.size() > kMostTaps) {
    cv::filter2D(image, out, /*ddepth=*/-1, kernel, {-1, -1}, 0.0, kBorder);
    return out;
  }
  cv::Mat padded;
  cv::copyMakeBorder(image, padded, kernel.rows / 2, kernel.rows / 2, kernel.cols / 2, kernel.cols / 2, kBorder);
  const std::size_t count = static_cast<std::size_t>(image.cols) * image.elemSize();
  std::vector<std::uint16_t> sums(count);
  for (int y = 0; y < image.rows; ++y) {
    std::fill(sums.begin(), sums.end(),
              static_cast<std::uint16_t>(128 + taps.size() / 2));  // rounding; each tap loses half a unit
    for (const Tap& tap : taps) add_weighted(padded.ptr(y + tap.y, tap.x), tap.weight, sums.data(), count);
    upper_bytes(sums.data(), out.ptr(y), count);
  }
  return out;
}

}  // namespace robustcheck::transform
