#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "robustcheck/base/vector_clones.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr double kShorterSide = 224.0;  // px; where radius and softness are what they say
constexpr int kBorder = cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED;

/// All pixels within an integer radius: half the width of each of its rows, and how many they are.
struct Disk {
  std::vector<int> half_widths;  ///< [distance of the row from the centre]
  double area = 0.0;
};

Disk disk_of(int radius) {
  Disk disk;
  for (int y = 0; y <= radius; ++y) {
    disk.half_widths.push_back(static_cast<int>(std::sqrt(static_cast<double>(radius * radius - y * y))));
    disk.area += (y == 0 ? 1.0 : 2.0) * (2.0 * disk.half_widths.back() + 1.0);
  }
  return disk;
}

/// Running sums along each row, one column more than the image; they may wrap around: only differences are used.
cv::Mat running_sums(const cv::Mat& image) {
  const int channels = image.channels();
  const int count = image.cols * channels;
  cv::Mat sums(image.rows, count + channels, CV_32S);
  for (int y = 0; y < image.rows; ++y) {
    const uchar* in = image.ptr(y);
    auto* out = reinterpret_cast<std::uint32_t*>(sums.ptr(y));
    std::fill_n(out, channels, 0U);
    for (int i = 0; i < count; ++i) out[i + channels] = out[i] + in[i];
  }
  return sums;
}

/// Adds, for every value, the sums of two runs: a row of the disk above the centre and its mirror image below.
ROBUSTCHECK_VECTOR_CLONES void add_runs(const std::uint32_t* above, const std::uint32_t* below, std::size_t length,
                                        std::uint32_t* __restrict sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += above[i + length] - above[i] + below[i + length] - below[i];
}

ROBUSTCHECK_VECTOR_CLONES void add_run(const std::uint32_t* row, std::size_t length, std::uint32_t* __restrict sums,
                                       std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += row[i + length] - row[i];
}

ROBUSTCHECK_VECTOR_CLONES void add_scaled(const std::uint32_t* sums, float scale, float* __restrict out,
                                          std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] += scale * static_cast<float>(static_cast<std::int32_t>(sums[i]));
}

ROBUSTCHECK_VECTOR_CLONES void to_sixteen_bits(const float* in, std::uint16_t* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint16_t>(static_cast<int>(in[i] + 0.5F));
}

/// Adds weight * mean over the disk to row y of the image. `padded_sums` are those of the image with `margin` more
/// around it.
void add_disk_row(const cv::Mat& padded_sums, int margin, int y, int channels, const Disk& disk, double weight,
                  std::vector<float>& row) {
  std::vector<std::uint32_t> sums(row.size());
  for (int dy = 0; dy < static_cast<int>(disk.half_widths.size()); ++dy) {
    const int half = disk.half_widths[static_cast<std::size_t>(dy)];
    const auto run = static_cast<std::size_t>((2 * half + 1) * channels);
    const auto from = [&](int line) {
      return reinterpret_cast<const std::uint32_t*>(padded_sums.ptr(line)) + (margin - half) * channels;
    };
    if (dy == 0)
      add_run(from(y + margin), run, sums.data(), sums.size());
    else
      add_runs(from(y + margin - dy), from(y + margin + dy), run, sums.data(), sums.size());
  }
  add_scaled(sums.data(), static_cast<float>(weight / disk.area), row.data(), row.size());
}

/// Mean over a disk, in 1/256 levels; between two integer radii the two means are blended.
cv::Mat disk_mean(const cv::Mat& image, double radius) {
  const int inner = static_cast<int>(radius);
  const double share = radius - inner;
  const int margin = share > 0.0 ? inner + 1 : inner;
  cv::Mat padded;
  cv::copyMakeBorder(image, padded, margin, margin, margin, margin, kBorder);
  const cv::Mat sums = running_sums(padded);
  const Disk inner_disk = disk_of(inner);
  const Disk outer_disk = disk_of(margin);
  cv::Mat mean(image.size(), CV_16UC(image.channels()));
  for (int y = 0; y < image.rows; ++y) {
    std::vector<float> row(static_cast<std::size_t>(image.cols * image.channels()));
    add_disk_row(sums, margin, y, image.channels(), inner_disk, 256.0 * (1.0 - share), row);
    if (share > 0.0) add_disk_row(sums, margin, y, image.channels(), outer_disk, 256.0 * share, row);
    to_sixteen_bits(row.data(), mean.ptr<std::uint16_t>(y), row.size());
  }
  return mean;
}

}  // namespace

/// Optical defocus: every point becomes a disk with a slightly soft edge.
Transform defocus_blur() {
  return {{.name = "defocus_blur",
           .family = "blur",
           .summary = "every point becomes an even disk, as out of focus",
           .source = "Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters =
               {{.name = "radius", .low = 0.0, .high = 12.0, .neutral = 0.0, .unit = "px at a shorter side of 224"},
                {.name = "softness",
                 .low = 0.0,
                 .high = 2.0,
                 .neutral = 0.5,
                 .unit = "px at a shorter side of 224, sigma of the edge",
                 .strength = false}},
           .monotone = false},  // a disk passes some fine patterns that a smaller one removes
          [](const cv::Mat& image, const Values& values, Rng&) {
            const double scale = std::min(image.cols, image.rows) / kShorterSide;
            const double softness_px = std::min(values["softness"], values["radius"]) * scale;
            cv::Mat mean = disk_mean(image, values["radius"] * scale);
            const int size = 2 * static_cast<int>(std::ceil(2.0 * softness_px)) + 1;
            if (softness_px > 0.15) cv::GaussianBlur(mean, mean, {size, size}, softness_px, softness_px, kBorder);
            mean.convertTo(mean, CV_8U, 1.0 / 256.0);
            return mean;
          }};
}

}  // namespace robustcheck::transform
