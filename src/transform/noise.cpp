#include "noise.h"

#include <algorithm>
#include <array>

namespace robustcheck::transform {

cv::Mat with_normal_noise(const cv::Mat& image, NoiseRule rule, double strength, Rng& rng) {
  const cv::Mat in = image.isContinuous() ? image : image.clone();
  cv::Mat out(in.size(), in.type());
  const std::size_t values = in.total() * in.elemSize();
  std::array<float, 2048> noise;  // a multiple of the generator's block
  for (std::size_t begin = 0; begin < values; begin += noise.size()) {
    const std::size_t count = std::min(noise.size(), values - begin);
    rng.fill_normal({noise.data(), count});
    rule(in.data + begin, noise.data(), out.data + begin, count, static_cast<float>(strength));
  }
  return out;
}

}  // namespace robustcheck::transform
