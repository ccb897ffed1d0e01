#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// Results are rounded down, as ImageNet-C does; a change below this changes nothing.
constexpr double kSlack = 1.0 / 64.0;
constexpr int kFractionBits = 16;
constexpr std::uint32_t kFixedSlack = 1U << (kFractionBits - 6);

/// The new value in 16.16 fixed point, and the factor that brings a channel there.
struct Change {
  std::array<std::uint32_t, 256> factor;  ///< by the old value, the largest channel
  uchar black;                            ///< what black becomes: it has no colour to keep
};

Change change_of(double offset) {
  Change change{};
  const auto moved = [offset](int value) { return std::clamp(value + 255.0 * offset, 0.0, 255.0); };
  change.black = static_cast<uchar>(moved(0) + kSlack);
  for (int value = 1; value < 256; ++value)
    change.factor[static_cast<std::size_t>(value)] =
        static_cast<std::uint32_t>(std::lround(moved(value) / value * (1 << kFractionBits)));
  return change;
}

template <int kChannels>
void change_row(const uchar* in, const Change& change, uchar* out, int width) {
  for (int x = 0; x < width; ++x, in += kChannels, out += kChannels) {
    const uchar value = kChannels == 3 ? std::max({in[0], in[1], in[2]}) : in[0];
    const std::uint32_t factor = change.factor[value];
    const std::uint32_t base = value == 0 ? std::uint32_t{change.black} << kFractionBits : kFixedSlack;
    for (int c = 0; c < kChannels; ++c) out[c] = static_cast<uchar>((in[c] * factor + base) >> kFractionBits);
  }
}

}  // namespace

/// Adds to the value of hue, saturation and value: the largest channel moves, the others keep their ratio to it.
Transform hsv_value() {
  return {{.name = "hsv_value",
           .family = "light",
           .summary = "add to the largest channel, the others keep their ratio to it",
           .source = "HSV value; brightness of Hendrycks & Dietterich 2019 (ImageNet-C)",
           .parameters = {{.name = "offset", .low = -0.5, .high = 0.5, .neutral = 0.0, .unit = "share of full range"}}},
          [](const cv::Mat& image, const Values& values, Rng&) {
            const Change change = change_of(values["offset"]);
            cv::Mat out(image.size(), image.type());
            for (int y = 0; y < image.rows; ++y)
              (image.channels() == 3 ? change_row<3> : change_row<1>)(image.ptr(y), change, out.ptr(y), image.cols);
            return out;
          }};
}

}  // namespace robustcheck::transform
