#pragma once

#include <opencv2/core.hpp>

namespace robustcheck::transform {

/// Linear light of an sRGB value and back, both in [0, 1] (IEC 61966-2-1).
double linear_of(double srgb);
double srgb_of(double linear);

/// Linear light of an 8-bit sRGB value, in [0, kWhite], and the 8-bit sRGB value of linear light in [0, kWhite]. The
/// step is fine enough that every 8-bit value survives the trip.
inline constexpr int kWhite = 4096;
const float* linear_table();
const uchar* srgb_table();

/// New linear light = gain * light + added, per pixel, for all channels alike.
///   gain, added  CV_32F of the image's size, or empty (1 and 0); `added` in shares of white
cv::Mat relit(const cv::Mat& image, const cv::Mat& gain, const cv::Mat& added);

}  // namespace robustcheck::transform
