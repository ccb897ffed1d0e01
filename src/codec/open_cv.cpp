#include "open_cv.h"

#include <iostream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "robustcheck/base/error.h"

namespace robustcheck::codec {
namespace {

constexpr int kLargestSide = 32766;  // px; OpenCV's warps address pixels with 16 bits

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::input, problem); }

/// OpenCV reports a damaged file through its log, its error callback and std::cerr; for as long as this lives, none
/// prints. Exceptions are still thrown.
class Silence {
 public:
  Silence()
      : level_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)), cerr_(std::cerr.rdbuf(nullptr)) {
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
  }
  ~Silence() {
    cv::redirectError(nullptr);
    std::cerr.rdbuf(cerr_);
    cv::utils::logging::setLogLevel(level_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  cv::utils::logging::LogLevel level_;
  std::streambuf* cerr_;
};

}  // namespace

cv::Mat open_cv_decode(std::string_view bytes) {
  constexpr int kAsStored = cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR | cv::IMREAD_IGNORE_ORIENTATION;
  const Silence silence;
  const cv::Mat data(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  cv::Mat image;
  try {
    image = cv::imdecode(data, kAsStored);
  } catch (const cv::Exception& error) {
    fail("cannot be decoded: " + error.err);
  }
  if (image.empty()) fail("cannot be decoded: truncated, damaged or of an unsupported kind");
  return image;
}

std::vector<uchar> open_cv_png(const cv::Mat& image) {
  constexpr int kFast = 1;  // zlib level
  const Silence silence;
  std::vector<uchar> bytes;
  cv::imencode(".png", image, bytes, {cv::IMWRITE_PNG_COMPRESSION, kFast});
  return bytes;
}

cv::Mat to_8_bit(const cv::Mat& image, int maximum) {
  if (image.depth() != CV_8U && image.depth() != CV_16U) fail("has samples that are neither 8 nor 16 bit integers");
  if (image.depth() == CV_8U && maximum == 255) return image;
  cv::Mat result;
  image.convertTo(result, CV_8U, 255.0 / maximum);
  return result;
}

void check_size(int width, int height) {
  if (width > kLargestSide || height > kLargestSide)
    fail("has " + std::to_string(width) + " x " + std::to_string(height) + " px, the largest side is " +
         std::to_string(kLargestSide));
}

}  // namespace robustcheck::codec
