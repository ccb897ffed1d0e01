#include <algorithm>
#include <array>
#include <cmath>

#include "light.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr double kElectronsAtWhite = 1000.0;  ///< of a small pixel at base sensitivity
constexpr double kReadNoise = 3.0;            ///< electrons

/// Mean and deviation of the linear light (kWhite = white) that the sensor reports for each 8-bit value.
struct Response {
  std::array<float, 256> mean{}, deviation{};
};

/// The light falls by 2^-stops, the camera's gain brings half of the stops back. The picture as given holds the noise
/// of full exposure already: only what comes on top is added, nothing at 0 stops.
Response response(double stops) {
  const double light = std::exp2(-stops);
  const double read = kReadNoise / kElectronsAtWhite;
  Response result;
  for (std::size_t i = 0; i < 256; ++i) {
    const double linear = linear_table()[i] / kWhite;
    const double shot_variance = linear / kElectronsAtWhite * (1.0 - light);
    const double read_variance = read * read * (1.0 / light - light);
    result.mean[i] = static_cast<float>(kWhite * linear * std::sqrt(light));
    result.deviation[i] = static_cast<float>(kWhite * std::sqrt(shot_variance + read_variance));
  }
  return result;
}

void expose(const uchar* in, const float* noise, uchar* out, std::size_t count, const Response& response) {
  const uchar* srgb = srgb_table();
  for (std::size_t i = 0; i < count; ++i) {
    const float light = response.mean[in[i]] + response.deviation[in[i]] * noise[i];
    out[i] = srgb[static_cast<int>(std::clamp(light, 0.0F, static_cast<float>(kWhite)) + 0.5F)];
  }
}

cv::Mat in_low_light(const cv::Mat& image, double stops, Rng& rng) {
  const cv::Mat in = image.isContinuous() ? image : image.clone();
  cv::Mat out(in.size(), in.type());
  const Response sensor = response(stops);
  const std::size_t values = in.total() * in.elemSize();
  std::array<float, 2048> noise;  // even: the generator makes numbers in pairs
  for (std::size_t begin = 0; begin < values; begin += noise.size()) {
    const std::size_t count = std::min(noise.size(), values - begin);
    rng.fill_normal(std::span(noise.data(), count));
    expose(in.data + begin, noise.data(), out.data + begin, count, sensor);
  }
  return out;
}

}  // namespace

/// A dark scene: less light in linear light, half of it made up by gain, with shot and read noise of a small sensor.
Transform low_light() {
  return {
      {.name = "low_light",
       .family = "light",
       .summary = "fewer photons: darker by half the stops, gain for the rest, shot and read noise, in linear light",
       .source = "Poisson-Gaussian sensor noise, Foi et al. 2008, doi 10.1109/TIP.2008.2001399",
       .parameters = {{.name = "stops", .low = 0.0, .high = 6.0, .neutral = 0.0, .unit = "stops"}},
       .stochastic = true},
      [](const cv::Mat& image, const Values& values, Rng& rng) { return in_low_light(image, values["stops"], rng); }};
}

}  // namespace robustcheck::transform
