#include "weather.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace robustcheck::transform {
namespace {

constexpr double kFinestSigma = 2.5;  // cells; a coarser field than this is enlarged without visible steps

uchar luma(cv::Vec3b bgr) { return cv::saturate_cast<uchar>(0.114 * bgr[0] + 0.587 * bgr[1] + 0.299 * bgr[2]); }

cv::Vec3b on(const cv::Mat& image, const cv::Vec3b& colour) {
  return image.channels() == 3 ? colour : cv::Vec3b::all(luma(colour));
}

/// in + alpha * (colour - in) / 255, rounded.
template <int kChannels>
void cover_row(const uchar* in, const uchar* alpha, cv::Vec3b colour, uchar* out, int width) {
  for (int x = 0; x < width; ++x, in += kChannels, out += kChannels)
    for (int c = 0; c < kChannels; ++c) {
      const unsigned scaled = in[c] * (255U - alpha[x]) + unsigned{colour[c]} * alpha[x] + 128U;
      out[c] = static_cast<uchar>((scaled + (scaled >> 8)) >> 8);
    }
}

}  // namespace

double pixel_scale(const cv::Mat& image) { return std::min(image.cols, image.rows) / 224.0; }

double normal_quantile_above(double probability) {
  double low = -9.0, high = 9.0;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(middle / std::numbers::sqrt2) > probability ? low : high) = middle;
  }
  return low;
}

cv::Mat smooth_noise(cv::Size size, double sigma_px, Rng& rng) {
  const double coarse = std::max(1.0, sigma_px / kFinestSigma);
  const cv::Size cells(static_cast<int>(std::ceil(size.width / coarse)),
                       static_cast<int>(std::ceil(size.height / coarse)));
  cv::Mat noise(cells, CV_32F);
  rng.fill_normal({noise.ptr<float>(), noise.total()});
  const double sigma = sigma_px / coarse;
  const int radius = static_cast<int>(3.0 * sigma + 0.5);
  if (radius > 0) {
    const cv::Mat kernel = cv::getGaussianKernel(2 * radius + 1, sigma, CV_32F);
    const double left = kernel.dot(kernel);  // of the standard deviation, both passes together
    cv::sepFilter2D(noise, noise, CV_32F, kernel / left, kernel, {-1, -1}, 0.0, cv::BORDER_REFLECT);
  }
  if (cells != size) cv::resize(noise, noise, size, 0.0, 0.0, cv::INTER_CUBIC);
  return noise;
}

cv::Mat as_channels(const cv::Mat& plane, int channels) {
  cv::Mat repeated;
  cv::merge(std::vector<cv::Mat>(static_cast<std::size_t>(channels), plane), repeated);
  return repeated;
}

cv::Mat covered(const cv::Mat& image, const cv::Mat& alpha, const cv::Vec3b& colour) {
  const cv::Vec3b own = on(image, colour);
  cv::Mat out(image.size(), image.type());
  for (int y = 0; y < image.rows; ++y)
    (image.channels() == 3 ? cover_row<3> : cover_row<1>)(image.ptr(y), alpha.ptr(y), own, out.ptr(y), image.cols);
  return out;
}

cv::Mat lit(const cv::Mat& image, const cv::Mat& alpha, const cv::Vec3b& colour) {
  const cv::Vec3b own = on(image, colour);
  std::vector<cv::Mat> light(static_cast<std::size_t>(image.channels()));
  for (std::size_t c = 0; c < light.size(); ++c) alpha.convertTo(light[c], CV_8U, own[static_cast<int>(c)] / 255.0);
  cv::Mat added, out;
  cv::merge(light, added);
  cv::add(image, added, out);
  return out;
}

}  // namespace robustcheck::transform
