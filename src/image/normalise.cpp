#include "normalise.h"

#include <array>

namespace robustcheck::image {
namespace {

constexpr double kUnit = 1.0 / 255.0;

/// Float arithmetic in the order in which PyTorch does it.
struct Linear {
  float scale = 1.0F, mean = 0.0F, std = 1.0F;
  float operator()(float value) const { return (value * scale - mean) / std; }
};

/// The same for 8-bit values, faster.
struct Table {
  std::array<float, 256> values;
  float operator()(uchar value) const { return values[value]; }
};

Table tabulated(const Linear& linear) {
  Table table;
  for (int value = 0; value < 256; ++value) table.values[value] = linear(static_cast<float>(value));
  return table;
}

Linear linear(double scale, double mean, double std) {
  return {static_cast<float>(scale), static_cast<float>(mean), static_cast<float>(std)};
}

/// One per plane, in the network's order.
std::array<Linear, 3> imagenet(Channels channels) {
  const Linear red = linear(kUnit, 0.485, 0.229), green = linear(kUnit, 0.456, 0.224),
               blue = linear(kUnit, 0.406, 0.225);
  if (channels == Channels::gray) return {linear(kUnit, 0.449, 0.226)};
  return channels == Channels::rgb ? std::array{red, green, blue} : std::array{blue, green, red};
}

std::array<Linear, 3> same_for_all(const Linear& linear) { return {linear, linear, linear}; }

std::array<Linear, 3> normalisation(const Preprocessing& preprocessing, Normalization knob) {
  std::array<Linear, 3> result;
  switch (knob) {
    case Normalization::imagenet:
      return imagenet(preprocessing.channels);
    case Normalization::half:
      return same_for_all(linear(kUnit, 0.5, 0.5));
    case Normalization::unit:
      return same_for_all(linear(kUnit, 0.0, 1.0));
    case Normalization::none:
      return result;
    case Normalization::as_specified:
      break;
  }
  for (int c = 0; c < preprocessing.channel_count(); ++c)
    result[c] = linear(preprocessing.scale, preprocessing.mean[c], preprocessing.std[c]);
  return result;
}

template <class Sample, class Map>
void write_gray_plane(const cv::Mat& image, const Map& map, float* plane) {
  for (int y = 0; y < image.rows; ++y) {
    const Sample* row = image.ptr<Sample>(y);
    for (int x = 0; x < image.cols; ++x) *plane++ = map(row[x]);
  }
}

/// `order` is the position of each plane's channel in a BGR pixel.
template <class Sample, class Map>
void write_colour_planes(const cv::Mat& image, const std::array<Map, 3>& maps, const std::array<int, 3>& order,
                         float* planes) {
  const std::size_t plane_size = image.total();
  for (int y = 0; y < image.rows; ++y, planes += image.cols) {
    const Sample* pixel = image.ptr<Sample>(y);
    for (int x = 0; x < image.cols; ++x, pixel += 3) {
      planes[x] = maps[0](pixel[order[0]]);
      planes[plane_size + x] = maps[1](pixel[order[1]]);
      planes[2 * plane_size + x] = maps[2](pixel[order[2]]);
    }
  }
}

template <class Sample, class Map>
void write_all(const cv::Mat& image, const std::array<Map, 3>& maps, bool red_first, int planes_wanted, float* planes) {
  if (image.channels() == 3)
    return write_colour_planes<Sample>(image, maps, red_first ? std::array{2, 1, 0} : std::array{0, 1, 2}, planes);
  for (int c = 0; c < planes_wanted; ++c) write_gray_plane<Sample>(image, maps[c], planes + c * image.total());
}

}  // namespace

void write_planes(const cv::Mat& image, const Preprocessing& preprocessing, const PreprocessSettings& settings,
                  float* planes) {
  const std::array<Linear, 3> maps = normalisation(preprocessing, settings.normalization);
  const bool red_first = (preprocessing.channels == Channels::rgb) != settings.swap_red_blue;
  const int count = preprocessing.channel_count();
  if (image.depth() == CV_32F) return write_all<float>(image, maps, red_first, count, planes);
  std::array<Table, 3> tables;
  for (int c = 0; c < count; ++c) tables[c] = tabulated(maps[c]);
  write_all<uchar>(image, tables, red_first, count, planes);
}

}  // namespace robustcheck::image
