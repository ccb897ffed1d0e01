#pragma once

#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace robustcheck::transform {

/// Waves of a few periods with a little texture, a different one per channel: smooth as photographs are.
inline cv::Mat picture(int width, int height, int channels) {
  cv::Mat image(height, width, CV_8UC(channels));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) {
        const double wave = std::sin(7.0 * x / width + c) * std::cos(5.0 * y / height - c);
        image.ptr(y)[x * channels + c] = static_cast<uchar>(128.0 + 90.0 * wave + (x * 7 + y * 13 + c * 5) % 11);
      }
  return image;
}

/// A gray picture in the three channels of a colour file.
inline cv::Mat gray_in_colour(int width, int height) {
  const cv::Mat gray = picture(width, height, 1);
  cv::Mat image;
  cv::merge(std::vector{gray, gray, gray}, image);
  return image;
}

struct Picture {
  std::string name;
  cv::Mat image;
};

/// From one pixel to a long strip.
inline std::vector<Picture> pictures() {
  return {{"1x1 gray", picture(1, 1, 1)},
          {"1x1 colour", picture(1, 1, 3)},
          {"8x8 gray", picture(8, 8, 1)},
          {"8x8 colour", picture(8, 8, 3)},
          {"28x28 gray", picture(28, 28, 1)},
          {"224x224 colour", picture(224, 224, 3)},
          {"1000x37 gray", picture(1000, 37, 1)},
          {"1000x37 colour", picture(1000, 37, 3)},
          {"50x41 gray in colour", gray_in_colour(50, 41)}};
}

inline bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0.0;
}

/// Mean absolute difference per value.
inline double difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * a.channels());
}

}  // namespace robustcheck::transform
