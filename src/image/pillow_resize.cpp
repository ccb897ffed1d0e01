#include "pillow_resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "filter_window.h"

namespace robustcheck::image {
namespace {

/// Pillow keeps weights as integers with this many fractional bits: 32 - 8 (pixel) - 2 (head room for negative lobes).
constexpr int kFractionBits = 22;
constexpr int kHalf = 1 << (kFractionBits - 1);

double box(double x) { return x > -0.5 && x <= 0.5 ? 1.0 : 0.0; }

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

double hamming(double x) {
  const double distance = std::abs(x);
  if (distance == 0.0) return 1.0;
  if (distance >= 1.0) return 0.0;
  const double angle = distance * std::numbers::pi;
  return std::sin(angle) / angle * (0.54F + 0.46F * std::cos(angle));  // single-precision constants, as in Pillow
}

/// Keys 1981 with a = -0.5.
double bicubic(double x) {
  constexpr double kA = -0.5;
  const double d = std::abs(x);
  if (d < 1.0) return ((kA + 2.0) * d - (kA + 3.0)) * d * d + 1.0;
  if (d < 2.0) return (((d - 5.0) * d + 8.0) * d - 4.0) * kA;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  const double angle = x * std::numbers::pi;
  return std::sin(angle) / angle;
}

double lanczos(double x) { return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0; }

constexpr PillowFilter kFilters[] = {{"pillow-nearest", 0.0, nullptr},   {"pillow-box", 0.5, box},
                                     {"pillow-bilinear", 1.0, triangle}, {"pillow-hamming", 1.0, hamming},
                                     {"pillow-bicubic", 2.0, bicubic},   {"pillow-lanczos", 3.0, lanczos}};

/// Weights of one axis: output i = sum over t < counts[i] of weights[i * width + t] * input[first[i] + t].
struct Taps {
  int in = 0, out = 0;
  const PillowFilter* filter = nullptr;
  int width = 0;
  std::vector<int> first, counts, weights;
};

int fixed_point(double weight) { return static_cast<int>(std::copysign(0.5, weight) + weight * (1 << kFractionBits)); }

void add_output(Taps& taps, int index) {
  const Window window = filter_window<double>(index, taps.in, taps.out, *taps.filter);
  taps.first.push_back(window.first);
  taps.counts.push_back(static_cast<int>(window.weights.size()));
  std::transform(window.weights.begin(), window.weights.end(),
                 taps.weights.begin() + static_cast<std::ptrdiff_t>(index) * taps.width, fixed_point);
}

Taps make_taps(int in, int out, const PillowFilter& filter) {
  Taps taps{in, out, &filter, 0, {}, {}, {}};
  const double scale = static_cast<double>(in) / out;
  const double stretch = std::max(scale, 1.0);  // shrinking widens the kernel: antialiasing
  taps.width = static_cast<int>(std::ceil(filter.support * stretch)) * 2 + 1;
  taps.weights.resize(static_cast<std::size_t>(taps.width) * out);
  for (int index = 0; index < out; ++index) add_output(taps, index);
  return taps;
}

/// A data set has few sizes: the tables of the last ones are kept.
const Taps& cached_taps(int in, int out, const PillowFilter& filter) {
  constexpr std::size_t kKept = 16;
  thread_local std::vector<Taps> cache;
  thread_local std::size_t oldest = 0;
  for (const Taps& taps : cache)
    if (taps.in == in && taps.out == out && taps.filter == &filter) return taps;
  if (cache.size() < kKept) return cache.emplace_back(make_taps(in, out, filter));
  oldest = (oldest + 1) % kKept;
  return cache[oldest] = make_taps(in, out, filter);
}

uchar clipped(int sum) { return static_cast<uchar>(std::clamp(sum >> kFractionBits, 0, 255)); }

template <int kChannels>
void resample_row(const uchar* in, uchar* out, const Taps& taps) {
  const int* weights = taps.weights.data();
  for (int x = 0; x < taps.out; ++x, weights += taps.width, out += kChannels) {
    const uchar* pixel = in + static_cast<std::ptrdiff_t>(taps.first[x]) * kChannels;
    int sums[kChannels];
    std::fill_n(sums, kChannels, kHalf);
    for (int t = 0; t < taps.counts[x]; ++t, pixel += kChannels)
      for (int c = 0; c < kChannels; ++c) sums[c] += weights[t] * pixel[c];
    for (int c = 0; c < kChannels; ++c) out[c] = clipped(sums[c]);
  }
}

cv::Mat resample_rows(const cv::Mat& image, const Taps& taps) {
  cv::Mat result(image.rows, taps.out, image.type());
  for (int y = 0; y < image.rows; ++y) {
    if (image.channels() == 1)
      resample_row<1>(image.ptr(y), result.ptr(y), taps);
    else
      resample_row<3>(image.ptr(y), result.ptr(y), taps);
  }
  return result;
}

/// Bytes [begin, end) of output row y, at most kBlock of them: sums stay in the first-level cache and the loops
/// vectorise.
constexpr int kBlock = 512;
void resample_block(const cv::Mat& image, cv::Mat& result, const Taps& taps, int y, int begin, int end) {
  const int* weights = &taps.weights[static_cast<std::size_t>(y) * taps.width];
  const int length = end - begin;
  std::array<int, kBlock> sums;
  std::fill_n(sums.begin(), length, kHalf);
  for (int t = 0; t < taps.counts[y]; ++t) {
    const uchar* row = image.ptr(taps.first[y] + t) + begin;
    const int weight = weights[t];
    for (int i = 0; i < length; ++i) sums[i] += weight * row[i];
  }
  uchar* out = result.ptr(y) + begin;
  for (int i = 0; i < length; ++i) out[i] = clipped(sums[i]);
}

cv::Mat resample_columns(const cv::Mat& image, const Taps& taps) {
  cv::Mat result(taps.out, image.cols, image.type());
  const int row_bytes = image.cols * image.channels();
  for (int y = 0; y < taps.out; ++y)
    for (int begin = 0; begin < row_bytes; begin += kBlock)
      resample_block(image, result, taps, y, begin, std::min(begin + kBlock, row_bytes));
  return result;
}

/// Pillow steps along an axis by repeated addition, so the sums here round as they do there.
std::vector<int> nearest_sources(int in, int out) {
  const double step = static_cast<double>(in) / out;
  std::vector<int> sources(static_cast<std::size_t>(out));
  double position = step * 0.5;
  for (int& source : sources) {
    source = std::min(static_cast<int>(position), in - 1);
    position += step;
  }
  return sources;
}

template <class Pixel>
cv::Mat nearest(const cv::Mat& image, Size size) {
  const std::vector<int> columns = nearest_sources(image.cols, size.width);
  const std::vector<int> rows = nearest_sources(image.rows, size.height);
  cv::Mat result(size.height, size.width, image.type());
  for (int y = 0; y < size.height; ++y) {
    const Pixel* in = image.ptr<Pixel>(rows[y]);
    Pixel* out = result.ptr<Pixel>(y);
    for (int x = 0; x < size.width; ++x) out[x] = in[columns[x]];
  }
  return result;
}

}  // namespace

std::span<const PillowFilter> pillow_filters() { return kFilters; }

bool pillow_starts_with_height(Size from, Size to) {
  return to.height < from.height && from.height - to.height > 2 * (from.width - to.width);
}

cv::Mat pillow_resize(const cv::Mat& image, Size size, const PillowFilter& filter) {
  if (image.cols == size.width && image.rows == size.height) return image;
  if (filter.kernel == nullptr)
    return image.channels() == 1 ? nearest<uchar>(image, size) : nearest<cv::Vec3b>(image, size);
  cv::Mat result = image;
  const auto change_height = [&] {
    if (image.rows != size.height) result = resample_columns(result, cached_taps(image.rows, size.height, filter));
  };
  const bool height_first = pillow_starts_with_height({image.cols, image.rows}, size);
  if (height_first) change_height();
  if (image.cols != size.width) result = resample_rows(result, cached_taps(image.cols, size.width, filter));
  if (!height_first) change_height();
  return result;
}

}  // namespace robustcheck::image
