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
#include "robustcheck/image/preprocess_settings.h"

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

/// 8 or 16 bit, no EXIF rotation (a TIFF's own orientation is applied).
constexpr int kKeepAlpha = cv::IMREAD_UNCHANGED;
constexpr int kDropAlpha = cv::IMREAD_ANYDEPTH | cv::IMREAD_ANYCOLOR | cv::IMREAD_IGNORE_ORIENTATION;

cv::Mat open_cv_decode(std::string_view bytes, int flags = kDropAlpha) {
  const Silence silence;
  const cv::Mat data(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  cv::Mat image;
  try {
    image = cv::imdecode(data, flags);
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

/// Gray or BGR over a background of one gray level; BGRA in. Equals PIL.Image.paste with the alpha as its mask.
cv::Mat laid_over(const cv::Mat& bgra, int level) {
  cv::Mat result(bgra.size(), CV_8UC3);
  for (int y = 0; y < bgra.rows; ++y) {
    const uchar* in = bgra.ptr(y);
    uchar* out = result.ptr(y);
    for (int x = 0; x < bgra.cols; ++x, in += 4, out += 3)
      for (int c = 0; c < 3; ++c) out[c] = static_cast<uchar>((in[c] * in[3] + level * (255 - in[3]) + 127) / 255);
  }
  return result;
}

cv::Mat without_alpha(const cv::Mat& image, Alpha alpha) {
  return image.channels() == 4 ? laid_over(image, alpha == Alpha::white ? 255 : 0) : image;
}

cv::Mat decode_png(std::string_view bytes, int flags) { return open_cv_decode(essential_png(bytes), flags); }

int sample_maximum(const cv::Mat& image, std::string_view bytes, Format format) {
  const int declared = format == Format::pnm ? pnm_maximum(bytes) : 0;
  if (declared > 1) return declared;
  return image.depth() == CV_8U ? 255 : 65535;
}

/// As it lies in the file; BGRA where there is alpha that matters.
cv::Mat stored_pixels(std::string_view bytes, Format format, const DecodeSettings& settings) {
  if (format == Format::jpeg)
    return image::decode_jpeg({reinterpret_cast<const uchar*>(bytes.data()), bytes.size()}, settings.jpeg);
  const bool may_be_clear = format == Format::png || format == Format::webp;
  const int flags = may_be_clear && settings.alpha != Alpha::drop ? kKeepAlpha : kDropAlpha;
  return format == Format::png ? decode_png(bytes, flags) : open_cv_decode(bytes, flags);
}

cv::Mat decode_bytes(std::string_view bytes, const DecodeSettings& settings) {
  const Format format = format_of(bytes);
  if (bytes.empty()) fail("is empty");
  if (format == Format::unknown) fail("is no PNG, JPEG, WebP, BMP, PNM or TIFF file");
  cv::Mat image = stored_pixels(bytes, format, settings);
  if (image.cols > kLargestSide || image.rows > kLargestSide)
    fail("has " + std::to_string(image.cols) + " x " + std::to_string(image.rows) + " px, the largest side is " +
         std::to_string(kLargestSide));
  image = without_alpha(to_8_bit(image, sample_maximum(image, bytes, format)), settings.alpha);
  if (format == Format::png && image.channels() == 3 && is_gray_alpha_png(bytes))
    cv::extractChannel(image.clone(), image, 0);
  return settings.apply_exif ? upright(image, exif_orientation(exif_block(bytes, format))) : image;
}

}  // namespace

DecodeSettings decode_settings(const std::map<std::string, std::string>& config) {
  constexpr std::string_view kDecoders[] = {"islow",          "ifast",          "float",
                                            "islow_no_fancy", "ifast_no_fancy", "float_no_fancy"};
  constexpr std::string_view kOrientations[] = {"apply", "ignore"};
  constexpr std::string_view kAlphas[] = {"drop", "white", "black"};
  const std::size_t decoder = image::knob_choice(config, "decoder", kDecoders);
  DecodeSettings settings;
  settings.jpeg = {static_cast<image::JpegDecoding::Dct>(decoder % 3), decoder < 3};
  settings.apply_exif = image::knob_choice(config, "exif_orientation", kOrientations) == 0;
  settings.alpha = static_cast<Alpha>(image::knob_choice(config, "alpha", kAlphas));
  return settings;
}

cv::Mat decode(const std::filesystem::path& path, const DecodeSettings& settings) {
  const std::string bytes = read_file(path);
  try {
    return decode_bytes(bytes, settings);
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
