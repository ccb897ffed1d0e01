#include <algorithm>
#include <array>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Results are rounded down, as ImageNet-C does; a change below this changes nothing.
constexpr float kSlack = 1.0F / 64.0F;

struct Change {
  float factor = 1.0F;
  float offset = 0.0F;
};

/// 1 / i.
const std::array<float, 256>& reciprocals() {
  static const std::array<float, 256> kTable = [] {
    std::array<float, 256> table{};
    for (std::size_t i = 1; i < table.size(); ++i) table[i] = 1.0F / static_cast<float>(i);
    return table;
  }();
  return kTable;
}

/// Each channel lies below the largest by saturation * value * its share of the range; that distance is scaled.
void change_row(const uchar* in, Change change, uchar* out, int width) {
  const std::array<float, 256>& reciprocal = reciprocals();
  for (int x = 0; x < width; ++x, in += 3, out += 3) {
    const int value = std::max({in[0], in[1], in[2]});
    const int range = value - std::min({in[0], in[1], in[2]});
    const float most = static_cast<float>(value) * reciprocal[static_cast<std::size_t>(range)];
    const float scale = std::min(change.factor + change.offset * most, most);
    for (int c = 0; c < 3; ++c) {
      const auto below = static_cast<float>(value - in[c]);
      out[c] = static_cast<uchar>(static_cast<int>(static_cast<float>(value) - scale * below + kSlack));
    }
    if (range == 0)
      out[0] = out[1] =
          static_cast<uchar>(static_cast<int>(static_cast<float>(value) * (1.0F - change.offset) + kSlack));
  }
}

}  // namespace

/// Scales and shifts the saturation of hue, saturation and value. Grays have hue 0 there: an offset makes them red.
Transform hsv_saturation() {
  return {
      {.name = "hsv_saturation",
       .family = "light",
       .summary = "scale saturation and add to it (HSV; an offset reddens grays); one-channel images stay as they are",
       .source = "HSV saturation; saturate of Hendrycks & Dietterich 2019 (ImageNet-C)",
       .parameters = {{.name = "factor", .low = 0.0, .high = 20.0, .neutral = 1.0, .unit = ""},
                      {.name = "offset", .low = 0.0, .high = 0.2, .neutral = 0.0, .unit = "share of full saturation"}}},
      [](const cv::Mat& image, const Values& values, Rng&) {
        if (image.channels() == 1) return image;
        const Change change{static_cast<float>(values["factor"]), static_cast<float>(values["offset"])};
        cv::Mat out(image.size(), image.type());
        for (int y = 0; y < image.rows; ++y) change_row(image.ptr(y), change, out.ptr(y), image.cols);
        return out;
      }};
}

}  // namespace robustcheck::transform
