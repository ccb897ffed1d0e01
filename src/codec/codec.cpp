#include "robustcheck/codec/codec.h"

#include <sys/stat.h>

#include "exif.h"
#include "open_cv.h"
#include "other_files.h"
#include "png_file.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/picture_format.h"
#include "robustcheck/image/jpeg.h"
#include "robustcheck/image/preprocess_settings.h"

namespace robustcheck::codec {
namespace {

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::input, problem); }

/// Over a background of one gray level; the last channel in is alpha. Equals PIL.Image.paste with the alpha as its
/// mask.
cv::Mat laid_over(const cv::Mat& image, int level) {
  const int colours = image.channels() - 1;
  cv::Mat result(image.size(), CV_8UC(colours));
  for (int y = 0; y < image.rows; ++y) {
    const uchar* in = image.ptr(y);
    uchar* out = result.ptr(y);
    for (int x = 0; x < image.cols; ++x, in += colours + 1, out += colours)
      for (int c = 0; c < colours; ++c)
        out[c] = static_cast<uchar>((in[c] * in[colours] + level * (255 - in[colours]) + 127) / 255);
  }
  return result;
}

cv::Mat without_alpha(const cv::Mat& image, Alpha alpha) {
  if (image.channels() % 2 == 1) return image;
  if (alpha != Alpha::drop) return laid_over(image, alpha == Alpha::white ? 255 : 0);
  cv::Mat colours(image.size(), CV_8UC(image.channels() - 1));
  const int kept[] = {0, 0, 1, 1, 2, 2};
  cv::mixChannels(&image, 1, &colours, 1, kept, static_cast<std::size_t>(colours.channels()));
  return colours;
}

/// 8 bit, as it lies in the file: gray or BGR, with alpha where the format can say so.
cv::Mat stored_pixels(std::string_view bytes, PictureFormat format, const DecodeSettings& settings) {
  switch (format) {
    case PictureFormat::png:
      return decode_png(bytes);
    case PictureFormat::jpeg:
      return image::decode_jpeg({reinterpret_cast<const uchar*>(bytes.data()), bytes.size()}, settings.jpeg);
    case PictureFormat::webp:
      return decode_webp(bytes);
    case PictureFormat::bmp:
      return decode_bmp(bytes);
    case PictureFormat::pnm:
      return decode_pnm(bytes);
    case PictureFormat::tiff:
      return decode_tiff(bytes);
    default:
      fail("is of a format without a decoder");
  }
}

cv::Mat decode_bytes(std::string_view bytes, const DecodeSettings& settings) {
  if (bytes.empty()) fail("is empty");
  const FormatInfo* format = format_of_content(bytes.substr(0, kFormatBytes));
  if (format == nullptr) fail("is no picture of a format that is read (" + formats_read() + ")");
  if (!format->is_read())
    fail("is a picture of format " + std::string(format->name) + ", which is not read (" + formats_read() + " are)");
  cv::Mat image = stored_pixels(bytes, format->format, settings);
  check_size(image.cols, image.rows);
  image = without_alpha(image, settings.alpha);
  return settings.apply_exif ? upright(image, orientation(bytes, format->format)) : image;
}

/// Opening a pipe would wait for ever, reading a device would not end.
std::string bytes_of(const std::filesystem::path& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    fail(one_line_text(path.native()) + ": is no regular file");
  return read_file(path);
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
  const std::string bytes = bytes_of(path), place = one_line_text(path.native()) + ": ";
  try {
    return decode_bytes(bytes, settings);
  } catch (const Error& error) {
    fail(place + error.what());
  } catch (const std::bad_alloc&) {
    fail(place + "needs more memory than there is");
  } catch (const cv::Exception& error) {
    fail(place + error.err);
  }
}

void write_png(const std::filesystem::path& path, const cv::Mat& image) {
  try {
    const std::vector<uchar> bytes = open_cv_png(image);
    write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const cv::Exception& error) {
    fail(one_line_text(path.native()) + ": cannot be encoded as PNG: " + error.err);
  }
}

std::string versions() { return "OpenCV " + cv::getVersionString() + ", " + image::jpeg_version(); }

}  // namespace robustcheck::codec
