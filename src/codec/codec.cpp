#include "robustcheck/codec/codec.h"

#include <iostream>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "container.h"
#include "exif.h"
#include "png.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/image/jpeg.h"

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

/// Gray or BGR, 8 or 16 bit; alpha dropped; no EXIF rotation (a TIFF's own orientation is applied).
cv::Mat open_cv_decode(std::string_view bytes) {
  const Silence silence;
  const cv::Mat data(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  constexpr int kFlags = cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR | cv::IMREAD_IGNORE_ORIENTATION;
  cv::Mat image;
  try {
    image = cv::imdecode(data, kFlags);
  } catch (const cv::Exception& error) {
    fail("cannot be decoded: " + error.err);
  }
  if (image.empty()) fail("cannot be decoded: truncated, damaged or of an unsupported kind");
  return image;
}

cv::Mat to_8_bit(const cv::Mat& image, int maximum) {
  if (image.depth() != CV_8U && image.depth() != CV_16U) fail("has samples that are neither 8 nor 16 bit integers");
  if (image.depth() == CV_8U && maximum == 255) return image;
  cv::Mat result;
  image.convertTo(result, CV_8U, 255.0 / maximum);
  return result;
}

cv::Mat decode_png(std::string_view bytes) {
  cv::Mat image = open_cv_decode(essential_png(bytes));
  if (is_gray_alpha_png(bytes)) cv::extractChannel(image.clone(), image, 0);
  return image;
}

int sample_maximum(const cv::Mat& image, std::string_view bytes, Format format) {
  const int declared = format == Format::pnm ? pnm_maximum(bytes) : 0;
  if (declared > 1) return declared;
  return image.depth() == CV_8U ? 255 : 65535;
}

cv::Mat decode_bytes(std::string_view bytes) {
  const Format format = format_of(bytes);
  if (bytes.empty()) fail("is empty");
  if (format == Format::unknown) fail("is no PNG, JPEG, WebP, BMP, PNM or TIFF file");
  cv::Mat image;
  if (format == Format::jpeg)
    image = image::decode_jpeg({reinterpret_cast<const uchar*>(bytes.data()), bytes.size()});
  else
    image = format == Format::png ? decode_png(bytes) : open_cv_decode(bytes);
  if (image.cols > kLargestSide || image.rows > kLargestSide)
    fail("has " + std::to_string(image.cols) + " x " + std::to_string(image.rows) + " px, the largest side is " +
         std::to_string(kLargestSide));
  return upright(to_8_bit(image, sample_maximum(image, bytes, format)), exif_orientation(exif_block(bytes, format)));
}

}  // namespace

cv::Mat decode(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  try {
    return decode_bytes(bytes);
  } catch (const Error& error) {
    fail(path.string() + ": " + error.what());
  } catch (const std::bad_alloc&) {
    fail(path.string() + ": needs more memory than there is");
  } catch (const cv::Exception& error) {
    fail(path.string() + ": " + error.err);
  }
}

void write_png(const std::filesystem::path& path, const cv::Mat& image) {
  constexpr int kFast = 1;  // zlib level
  std::vector<uchar> bytes;
  try {
    const Silence silence;
    cv::imencode(".png", image, bytes, {cv::IMWRITE_PNG_COMPRESSION, kFast});
  } catch (const cv::Exception& error) {
    fail(path.string() + ": cannot be encoded as PNG: " + error.err);
  }
  write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string versions() { return "OpenCV " + cv::getVersionString() + ", " + image::jpeg_version(); }

}  // namespace robustcheck::codec
