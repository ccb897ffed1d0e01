#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "transforms.h"

namespace robustcheck::transform {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;
constexpr int kLength = 8;
constexpr double kWidest = 0.95;  ///< share of the image's width

std::string random_text(Rng& rng) {
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ23456789";
  std::string text;
  for (int i = 0; i < kLength; ++i) text += kLetters[rng.below(kLetters.size())];
  return text;
}

struct Lettering {
  std::string text;
  double scale;
  int stroke;
  cv::Point origin;  ///< lower left corner
};

/// Letters of that height, smaller where the line would not fit; the line stays inside the image.
Lettering placed(const cv::Mat& image, const Values& values, Rng& rng) {
  const std::string text = random_text(rng);
  const cv::Size unit = cv::getTextSize(text, kFont, 1.0, 1, nullptr);
  const double height = values["size"] * std::min(image.cols, image.rows);
  const double scale = std::min(height / unit.height, kWidest * image.cols / unit.width);
  const double free_x = std::max(0.0, image.cols - scale * unit.width);
  const double free_y = std::max(0.0, image.rows - scale * unit.height);
  return {text,
          scale,
          std::max(1, static_cast<int>(std::lround(1.5 * scale))),
          {static_cast<int>(std::lround(values["x"] * free_x)),
           static_cast<int>(std::lround(values["y"] * free_y + scale * unit.height))}};
}

cv::Mat mask_of(const cv::Mat& image, const Lettering& letters, int stroke) {
  cv::Mat mask = cv::Mat::zeros(image.size(), CV_8U);
  cv::putText(mask, letters.text, letters.origin, kFont, letters.scale, cv::Scalar(255), stroke, cv::LINE_AA);
  return mask;
}

/// White letters with a black rim, as subtitles have: readable on any ground. `opacity` in 1 / 256.
void blend_row(const uchar* in, const uchar* letter, const uchar* rim, uchar* out, int width, int channels,
               int opacity) {
  for (int x = 0; x < width; ++x) {
    const int cover = std::max(letter[x], rim[x]);
    const int share = opacity * cover;
    for (int c = 0; c < channels; ++c, ++in, ++out)
      *out = cover == 0 ? *in : static_cast<uchar>(*in + (share * (letter[x] * 255 / cover - *in)) / (256 * 255));
  }
}

cv::Mat with_text(const cv::Mat& image, const Values& values, Rng& rng) {
  const Lettering letters = placed(image, values, rng);
  const cv::Mat letter = mask_of(image, letters, letters.stroke);
  const cv::Mat rim = mask_of(image, letters, 3 * letters.stroke);
  const int opacity = static_cast<int>(std::lround(256.0 * values["opacity"]));
  cv::Mat result(image.size(), image.type());
  for (int y = 0; y < image.rows; ++y)
    blend_row(image.ptr(y), letter.ptr(y), rim.ptr(y), result.ptr(y), image.cols, image.channels(), opacity);
  return result;
}

}  // namespace

/// A caption, watermark or serial number burnt into the picture: eight random letters, on sRGB values as they are.
Transform text_overlay() {
  return {{.name = "text_overlay",
           .family = "occlusion",
           .summary =
               "eight random letters, white with a black rim, blended on the sRGB values as they are; x, y place them",
           .source = "overlaid text, after Augly (Papakipos & Bitton 2022, arXiv 2201.06494)",
           .parameters =
               {{.name = "opacity", .low = 0.0, .high = 1.0, .neutral = 0.0, .unit = "share"},
                {.name = "size",
                 .low = 0.05,
                 .high = 0.3,
                 .neutral = 0.1,
                 .unit = "share of shorter side",
                 .strength = false},
                {.name = "x", .low = 0.0, .high = 1.0, .neutral = 0.5, .unit = "0 left, 1 right", .strength = false},
                {.name = "y", .low = 0.0, .high = 1.0, .neutral = 0.8, .unit = "0 top, 1 bottom", .strength = false}},
           .stochastic = true},
          [](const cv::Mat& image, const Values& values, Rng& rng) { return with_text(image, values, rng); }};
}

}  // namespace robustcheck::transform
