#include <webp/decode.h>
#include <webp/encode.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "robustcheck/base/error.h"
#include "transforms.h"

namespace robustcheck::transform {
namespace {

/// 0 (fast) to 6 (small file). Changes which of several equally good codings is taken, hardly the picture.
constexpr int kEffort = 2;

struct Picture {
  WebPPicture codec{};
  WebPMemoryWriter file{};
  Picture() {
    if (!WebPPictureInit(&codec)) throw Error(ErrorKind::internal, "libwebp: another version than compiled for");
    WebPMemoryWriterInit(&file);
    codec.writer = WebPMemoryWrite;
    codec.custom_ptr = &file;
  }
  ~Picture() {
    WebPPictureFree(&codec);
    WebPMemoryWriterClear(&file);
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
};

void encode(const cv::Mat& bgr, float quality, Picture& picture) {
  WebPConfig config;
  WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, quality);
  config.method = kEffort;
  picture.codec.width = bgr.cols;
  picture.codec.height = bgr.rows;
  if (!WebPPictureImportBGR(&picture.codec, bgr.ptr(), static_cast<int>(bgr.step)) ||
      !WebPEncode(&config, &picture.codec))
    throw Error(ErrorKind::input, "cannot be written as WebP (at most 16383 px a side): libwebp error " +
                                      std::to_string(static_cast<int>(picture.codec.error_code)));
}

cv::Mat recompressed(const cv::Mat& bgr, float quality) {
  Picture picture;
  encode(bgr, quality, picture);
  cv::Mat result(bgr.size(), CV_8UC3);
  const std::size_t bytes = result.total() * result.elemSize();
  if (WebPDecodeBGRInto(picture.file.mem, picture.file.size, result.ptr(), bytes, static_cast<int>(result.step)) ==
      nullptr)
    throw Error(ErrorKind::internal, "libwebp cannot read what it wrote");
  return result;
}

bool is_gray(const cv::Mat& bgr) {
  for (int y = 0; y < bgr.rows; ++y) {
    const uchar* row = bgr.ptr(y);
    for (int x = 0; x < bgr.cols; ++x, row += 3)
      if (row[0] != row[1] || row[1] != row[2]) return false;
  }
  return true;
}

cv::Mat as_bgr(const cv::Mat& gray) {
  cv::Mat bgr;
  cv::cvtColor(gray, bgr, cv::COLOR_GRAY2BGR);
  return bgr;
}

/// WebP has no gray: its rounded chroma would tint a gray picture by a level.
cv::Mat recompressed_gray(const cv::Mat& bgr, float quality) {
  cv::Mat gray;
  cv::extractChannel(recompressed(bgr, quality), gray, /*green*/ 1);
  return gray;
}

cv::Mat through_webp(const cv::Mat& image, float quality) {
  if (image.channels() == 1) return recompressed_gray(as_bgr(image), quality);
  return is_gray(image) ? as_bgr(recompressed_gray(image, quality)) : recompressed(image, quality);
}

}  // namespace

/// One trip through a lossy WebP file. Not monotone where the image was compressed already.
Transform webp() {
  return {
      {.name = "webp",
       .family = "digital",
       .summary = "lossy WebP compression; 100 is off",
       .source = "libwebp (VP8 key frame, RFC 6386)",
       .parameters = {{.name = "quality", .low = 5.0, .high = 100.0, .neutral = 100.0, .unit = "", .integer = true}},
       .monotone = false},
      [](const cv::Mat& image, const Values& values, Rng&) {
        return through_webp(image, static_cast<float>(std::lround(values["quality"])));
      }};
}

}  // namespace robustcheck::transform
