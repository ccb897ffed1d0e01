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
  double scale = 1.0;
  int stroke() const { return std::max(1, static_cast<int>(std::lround(1.5 * scale))); }
  int rim() const { return 3 * stroke(); }
};

void draw(cv::Mat& mask, const Lettering& letters, int thickness, cv::Point origin) {
  cv::putText(mask, letters.text, origin, kFont, letters.scale, cv::Scalar(255), thickness, cv::LINE_AA);
}

/// What letters and rim cover, seen from their origin. OpenCV's own measure knows neither strokes nor rim.
cv::Rect ink_of(const Lettering& letters) {
  const cv::Size size = cv::getTextSize(letters.text, kFont, letters.scale, letters.rim(), nullptr);
  const cv::Point origin(size.height + letters.rim(), 2 * size.height + letters.rim());
  cv::Mat canvas = cv::Mat::zeros(3 * size.height + 2 * letters.rim(), size.width + 2 * origin.x, CV_8U);
  draw(canvas, letters, letters.rim(), origin);
  const cv::Rect ink = cv::boundingRect(canvas);
  return {ink.tl() - origin, ink.size()};
}

/// Letters of that height, smaller where the line with its rim would not fit.
Lettering fitting(const cv::Mat& image, double height, const std::string& text) {
  constexpr int kTries = 12;
  constexpr double kSmaller = 0.85;
  const cv::Size unit = cv::getTextSize(text, kFont, 1.0, 1, nullptr);
  Lettering letters{text, std::min(height / unit.height, kWidest * image.cols / unit.width)};
  for (int i = 0; i < kTries; ++i) {
    const cv::Rect ink = ink_of(letters);
    if (ink.width <= image.cols && ink.height <= image.rows) break;
    letters.scale *= kSmaller;
  }
  return letters;
}

/// Lower left corner such that all ink lies inside the image.
cv::Point origin_of(const cv::Mat& image, const Lettering& letters, double x, double y) {
  const cv::Rect ink = ink_of(letters);
  const auto place = [](double share, int side, int ink_side) {
    return static_cast<int>(std::lround(share * std::max(0, side - ink_side)));
  };
  return cv::Point(place(x, image.cols, ink.width), place(y, image.rows, ink.height)) - ink.tl();
}

cv::Mat mask_of(const cv::Mat& image, const Lettering& letters, int thickness, cv::Point origin) {
  cv::Mat mask = cv::Mat::zeros(image.size(), CV_8U);
  draw(mask, letters, thickness, origin);
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
  const double height = values["size"] * std::min(image.cols, image.rows);
  const Lettering letters = fitting(image, height, random_text(rng));
  const cv::Point origin = origin_of(image, letters, values["x"], values["y"]);
  const cv::Mat letter = mask_of(image, letters, letters.stroke(), origin);
  const cv::Mat rim = mask_of(image, letters, letters.rim(), origin);
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
