#include "yuv.h"

#include <opencv2/imgproc.hpp>
#include <vector>

namespace robustcheck::image {
namespace {

constexpr int kFractionBits = 20;
constexpr int kHalf = 1 << (kFractionBits - 1);

constexpr int fixed_point(double value) {
  return static_cast<int>(value * (1 << kFractionBits) + (value < 0 ? -0.5 : 0.5));
}

constexpr double kRed = 0.2126, kBlue = 0.0722, kGreen = 1.0 - kRed - kBlue;   // of luma, BT.709
constexpr double kLuma = 219.0 / 255.0, kChroma = 224.0 / 255.0;               // video range
constexpr double kCbStep = 2.0 * (1.0 - kBlue), kCrStep = 2.0 * (1.0 - kRed);  // B - Y and R - Y at full chroma

constexpr int kToY[3] = {fixed_point(kLuma * kBlue), fixed_point(kLuma * kGreen), fixed_point(kLuma * kRed)};
constexpr int kToCb[3] = {fixed_point(kChroma / 2), fixed_point(-kChroma * kGreen / kCbStep),
                          fixed_point(-kChroma * kRed / kCbStep)};
constexpr int kToCr[3] = {fixed_point(-kChroma * kBlue / kCrStep), fixed_point(-kChroma * kGreen / kCrStep),
                          fixed_point(kChroma / 2)};
constexpr int kFromY = fixed_point(1.0 / kLuma);
constexpr int kCbToBlue = fixed_point(kCbStep / kChroma), kCrToRed = fixed_point(kCrStep / kChroma);
constexpr int kCbToGreen = fixed_point(-kCbStep * kBlue / kGreen / kChroma);
constexpr int kCrToGreen = fixed_point(-kCrStep * kRed / kGreen / kChroma);

int dot(const int weights[3], const uchar* bgr, int offset) {
  const int sum = weights[0] * bgr[0] + weights[1] * bgr[1] + weights[2] * bgr[2];
  return (sum + kHalf + (offset << kFractionBits)) >> kFractionBits;
}

uchar clipped(int fixed) { return cv::saturate_cast<uchar>((fixed + kHalf) >> kFractionBits); }

/// One row through BT.709; `chroma_row` is the even row whose pixels give the chroma.
void row_through_bt709(const uchar* in, const uchar* chroma_row, uchar* out, int width) {
  for (int x = 0; x < width; ++x, in += 3, out += 3) {
    const uchar* chroma = chroma_row + std::ptrdiff_t{x / 2 * 2} * 3;
    const int y = (dot(kToY, in, 16) - 16) * kFromY;
    const int cb = dot(kToCb, chroma, 128) - 128;
    const int cr = dot(kToCr, chroma, 128) - 128;
    out[0] = clipped(y + kCbToBlue * cb);
    out[1] = clipped(y + kCbToGreen * cb + kCrToGreen * cr);
    out[2] = clipped(y + kCrToRed * cr);
  }
}

/// NV12 and I420 hold the same samples, in another order: one way through for both.
cv::Mat through_bt709(const cv::Mat& bgr) {
  cv::Mat result(bgr.size(), CV_8UC3);
  for (int y = 0; y < bgr.rows; ++y) row_through_bt709(bgr.ptr(y), bgr.ptr(y / 2 * 2), result.ptr(y), bgr.cols);
  return result;
}

/// The planes of chroma, one after the other, become one of pairs.
cv::Mat nv12_of(const cv::Mat& i420) {
  cv::Mat nv12 = i420.clone();
  const std::size_t luma = i420.total() / 3 * 2, chroma = i420.total() / 6;
  for (std::size_t i = 0; i < chroma; ++i) {
    nv12.data[luma + 2 * i] = i420.data[luma + i];
    nv12.data[luma + 2 * i + 1] = i420.data[luma + chroma + i];
  }
  return nv12;
}

cv::Mat through_bt601(const cv::Mat& bgr, Yuv format) {
  cv::Mat yuv, result;
  cv::cvtColor(bgr, yuv, cv::COLOR_BGR2YUV_I420);
  if (format == Yuv::nv12)
    cv::cvtColor(nv12_of(yuv), result, cv::COLOR_YUV2BGR_NV12);
  else
    cv::cvtColor(yuv, result, cv::COLOR_YUV2BGR_I420);
  return result;
}

}  // namespace

cv::Mat through_yuv(const cv::Mat& image, Yuv format, YuvMatrix matrix) {
  if (format == Yuv::none) return image;
  cv::Mat bgr = image, result;
  if (image.channels() == 1) cv::merge(std::vector<cv::Mat>(3, image), bgr);
  cv::copyMakeBorder(bgr, bgr, 0, bgr.rows % 2, 0, bgr.cols % 2, cv::BORDER_REPLICATE);
  result = matrix == YuvMatrix::bt601 ? through_bt601(bgr, format) : through_bt709(bgr);
  result = result(cv::Rect(0, 0, image.cols, image.rows));
  if (image.channels() == 1) cv::extractChannel(result.clone(), result, 0);
  return result;
}

}  // namespace robustcheck::image
