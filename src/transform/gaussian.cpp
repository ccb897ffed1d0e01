#include "gaussian.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace robustcheck::transform {
namespace {

constexpr int kBorder = cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED;
constexpr double kWidest_px = 18.0;  // that OpenCV blurs itself
constexpr double kSmallSigma_px =
    6.0;                        // at least, of the shrunk picture: what is lost there, the blur takes away anyway
constexpr double kReach = 3.0;  // sigmas; where OpenCV cuts its kernel for 8-bit images

/// The picture with `margin` more small pixels around it, and whole ones, shrunk by `factor`.
cv::Mat shrunk(const cv::Mat& image, int factor, int margin) {
  const auto filled = [factor](int side) { return (side + factor - 1) / factor * factor - side; };
  const int border = margin * factor;
  cv::Mat padded, small;
  cv::copyMakeBorder(image, padded, border, border + filled(image.rows), border, border + filled(image.cols), kBorder);
  cv::resize(padded, small, {padded.cols / factor, padded.rows / factor}, 0.0, 0.0, cv::INTER_AREA);
  return small;
}

/// Means over factor x factor pixels and linear interpolation between them blur too: by a variance of a quarter of a
/// small pixel.
cv::Mat blurred_small(const cv::Mat& small, double sigma_px, int factor) {
  const double sigma = std::sqrt(sigma_px * sigma_px / (factor * factor) - 0.25);
  const int size = 2 * static_cast<int>(std::lround(kReach * sigma)) + 1;
  cv::Mat wide, blurred;
  small.convertTo(wide, CV_32F);
  cv::GaussianBlur(wide, blurred, {size, size}, sigma, sigma, kBorder);
  return blurred;
}

/// The part of the picture without the margin; one small pixel around it is needed to interpolate.
cv::Mat enlarged(const cv::Mat& small, cv::Size size, int factor, int margin) {
  constexpr double kFraction = 256.0;
  const cv::Rect kept(margin - 1, margin - 1, small.cols - 2 * margin + 2, small.rows - 2 * margin + 2);
  cv::Mat fine, large, result;
  small(kept).convertTo(fine, CV_16U, kFraction);
  cv::resize(fine, large, {kept.width * factor, kept.height * factor}, 0.0, 0.0, cv::INTER_LINEAR);
  large(cv::Rect({factor, factor}, size)).convertTo(result, CV_8U, 1.0 / kFraction);
  return result;
}

}  // namespace

cv::Mat gaussian_blurred(const cv::Mat& image, double sigma_px) {
  if (sigma_px <= kWidest_px) {
    cv::Mat blurred;
    cv::GaussianBlur(image, blurred, /*ksize=*/{}, sigma_px, sigma_px, kBorder);
    return blurred;
  }
  const int factor = static_cast<int>(sigma_px / kSmallSigma_px);
  const int margin = static_cast<int>(std::ceil(kReach * sigma_px / factor)) + 1;
  return enlarged(blurred_small(shrunk(image, factor, margin), sigma_px, factor), image.size(), factor, margin);
}

}  // namespace robustcheck::transform
