#include "robustcheck/image/preprocess.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include "robustcheck/base/error.h"
#include "robustcheck/image/resize.h"

namespace robustcheck::image {
namespace {

using Table = std::array<float, 256>;

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::input, problem); }

std::string shown(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height) + " px"; }

Size size_of(const cv::Mat& image) { return {image.cols, image.rows}; }

/// Gray for a gray network; otherwise the image as it is: gray planes are replicated when they are written.
cv::Mat with_channels(const cv::Mat& image, Channels channels) {
  if (channels != Channels::gray || image.channels() == 1) return image;
  cv::Mat gray;
  cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  return gray;
}

/// torchvision's Resize(int): the longer side is cut to whole pixels.
Size shorter_side_target(Size size, int shorter_side) {
  const auto scaled = [&](int longer, int shorter) {
    return static_cast<int>(static_cast<std::int64_t>(shorter_side) * longer / shorter);
  };
  if (size.width <= size.height) return {shorter_side, scaled(size.height, size.width)};
  return {scaled(size.width, size.height), shorter_side};
}

Size resize_target(Size size, const Preprocessing& preprocessing) {
  if (preprocessing.rule == ResizeRule::exact) return preprocessing.exact.value_or(preprocessing.input);
  return shorter_side_target(size, preprocessing.shorter_side);
}

/// torchvision's CenterCrop: half of the difference, rounded to nearest, halves to even as Python's round() does.
int crop_offset(int whole, int part) {
  const int difference = whole - part;
  const int half = difference / 2;
  return difference % 2 == 0 || half % 2 == 0 ? half : half + 1;
}

cv::Mat centre_crop(const cv::Mat& image, Size crop) {
  if (image.cols < crop.width || image.rows < crop.height)
    fail("the resized image has " + shown(size_of(image)) + ", too small for a crop of " + shown(crop));
  return image(
      cv::Rect(crop_offset(image.cols, crop.width), crop_offset(image.rows, crop.height), crop.width, crop.height));
}

/// Float arithmetic in the order in which PyTorch does it: (x * scale - mean) / std.
Table normalisation_table(double scale, double mean, double std) {
  Table table;
  for (int value = 0; value < 256; ++value)
    table[value] =
        (static_cast<float>(value) * static_cast<float>(scale) - static_cast<float>(mean)) / static_cast<float>(std);
  return table;
}

void write_gray_plane(const cv::Mat& image, const Table& table, float* plane) {
  for (int y = 0; y < image.rows; ++y) {
    const uchar* row = image.ptr(y);
    for (int x = 0; x < image.cols; ++x) *plane++ = table[row[x]];
  }
}

/// `order` is the position of each plane's channel in a BGR pixel.
void write_colour_planes(const cv::Mat& image, const std::array<Table, 3>& tables, const std::array<int, 3>& order,
                         float* planes) {
  const std::size_t plane_size = image.total();
  for (int y = 0; y < image.rows; ++y, planes += image.cols) {
    const uchar* pixel = image.ptr(y);
    for (int x = 0; x < image.cols; ++x, pixel += 3) {
      planes[x] = tables[0][pixel[order[0]]];
      planes[plane_size + x] = tables[1][pixel[order[1]]];
      planes[2 * plane_size + x] = tables[2][pixel[order[2]]];
    }
  }
}

void write_planes(const cv::Mat& image, const Preprocessing& preprocessing, float* planes) {
  std::array<Table, 3> tables;
  for (int c = 0; c < preprocessing.channel_count(); ++c)
    tables[c] = normalisation_table(preprocessing.scale, preprocessing.mean[c], preprocessing.std[c]);
  if (image.channels() == 3) {
    const bool is_rgb = preprocessing.channels == Channels::rgb;
    write_colour_planes(image, tables, is_rgb ? std::array{2, 1, 0} : std::array{0, 1, 2}, planes);
    return;
  }
  for (int c = 0; c < preprocessing.channel_count(); ++c)
    write_gray_plane(image, tables[c], planes + c * image.total());
}

}  // namespace

void preprocess(const cv::Mat& image, const Preprocessing& preprocessing, const std::string& filter,
                std::span<float> planes) {
  cv::Mat pixels = with_channels(image, preprocessing.channels);
  if (preprocessing.rule != ResizeRule::none)
    pixels =
        resize(pixels, resize_target(size_of(pixels), preprocessing), filter.empty() ? preprocessing.filter : filter);
  if (preprocessing.crop) pixels = centre_crop(pixels, *preprocessing.crop);
  if (size_of(pixels) != preprocessing.input)
    fail("the image has " + shown(size_of(pixels)) + " where the network takes " + shown(preprocessing.input) +
         "; 'resize' or 'crop' in the preprocessing file can change that");
  if (planes.size() != static_cast<std::size_t>(preprocessing.channel_count()) * pixels.total())
    throw Error(ErrorKind::internal, "preprocess: the planes have another size than the image");
  write_planes(pixels, preprocessing, planes.data());
}

}  // namespace robustcheck::image
