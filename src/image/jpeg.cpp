#include "robustcheck/image/jpeg.h"

// jpeglib.h needs FILE and size_t declared before it.
#include <cstddef>
#include <cstdio>
// keep this order
#include <jpeglib.h>
// keep this order
#include <jerror.h>

#include <csetjmp>
#include <cstdint>
#include <new>
#include <utility>

#include "robustcheck/base/error.h"

namespace robustcheck::image {
namespace {

/// libjpeg's own error manager prints and exits; this one keeps the message and jumps back. `base` comes first: libjpeg
/// hands out a pointer to it.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = "";
};

ErrorManager& manager_of(j_common_ptr codec) { return *reinterpret_cast<ErrorManager*>(codec->err); }

[[noreturn]] void give_up(j_common_ptr codec) {
  ErrorManager& manager = manager_of(codec);
  (*codec->err->format_message)(codec, manager.message);
  std::longjmp(manager.jump, 1);
}

/// Warnings after which libjpeg fills in pixels that are not in the file.
bool loses_pixels(int code) {
  return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC ||
         code == JWRN_ARITH_BAD_CODE;
}

void on_message(j_common_ptr codec, int level) {
  if (level < 0 && loses_pixels(codec->err->msg_code)) give_up(codec);
}

void stay_silent(j_common_ptr) {}

jpeg_error_mgr* prepare(ErrorManager& manager) {
  jpeg_std_error(&manager.base);
  manager.base.error_exit = give_up;
  manager.base.emit_message = on_message;
  manager.base.output_message = stay_silent;
  return &manager.base;
}

struct Encoder {
  ErrorManager errors;
  jpeg_compress_struct codec{};
  jpeg_destination_mgr target{};
  std::vector<uchar> bytes;
  ~Encoder() { jpeg_destroy_compress(&codec); }
};

/// Doubles the room of a full buffer. libjpeg's own memory target does not tell who owns its buffer after an error.
boolean grow(j_compress_ptr codec) {
  std::vector<uchar>& bytes = static_cast<Encoder*>(codec->client_data)->bytes;
  const std::size_t used = bytes.size();
  bool grown = true;
  try {
    bytes.resize(2 * used);
  } catch (const std::bad_alloc&) {
    grown = false;  // a jump out of this handler would leak the exception
  }
  if (!grown) ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  codec->dest->next_output_byte = bytes.data() + used;
  codec->dest->free_in_buffer = used;
  return TRUE;
}

void start(j_compress_ptr codec) {
  std::vector<uchar>& bytes = static_cast<Encoder*>(codec->client_data)->bytes;
  codec->dest->next_output_byte = bytes.data();
  codec->dest->free_in_buffer = bytes.size();
}

void finish(j_compress_ptr codec) {
  std::vector<uchar>& bytes = static_cast<Encoder*>(codec->client_data)->bytes;
  bytes.resize(bytes.size() - codec->dest->free_in_buffer);
}

void write_to_bytes(Encoder& encoder) {
  constexpr std::size_t kFirstRoom = 16384;
  encoder.bytes.resize(kFirstRoom);
  encoder.codec.client_data = &encoder;
  encoder.target.init_destination = start;
  encoder.target.empty_output_buffer = grow;
  encoder.target.term_destination = finish;
}

struct Decoder {
  ErrorManager errors;
  jpeg_decompress_struct codec{};
  ~Decoder() { jpeg_destroy_decompress(&codec); }
};

// The functions that libjpeg may leave by longjmp hold no C++ object: nothing is skipped.

bool compress(Encoder& encoder, const cv::Mat& image, int quality) {
  jpeg_compress_struct& codec = encoder.codec;
  if (setjmp(encoder.errors.jump) != 0) return false;
  jpeg_create_compress(&codec);
  codec.dest = &encoder.target;
  codec.image_width = static_cast<JDIMENSION>(image.cols);
  codec.image_height = static_cast<JDIMENSION>(image.rows);
  codec.input_components = image.channels();
  codec.in_color_space = image.channels() == 1 ? JCS_GRAYSCALE : JCS_EXT_BGR;
  jpeg_set_defaults(&codec);  // for colour: YCbCr 4:2:0
  jpeg_set_quality(&codec, quality, TRUE);
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(image.ptr(static_cast<int>(codec.next_scanline)));
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  return true;
}

J_DCT_METHOD method_of(JpegDecoding::Dct dct) {
  if (dct == JpegDecoding::Dct::ifast) return JDCT_IFAST;
  return dct == JpegDecoding::Dct::floating ? JDCT_FLOAT : JDCT_ISLOW;
}

bool read_header(Decoder& decoder, std::span<const uchar> bytes, JpegDecoding how) {
  if (setjmp(decoder.errors.jump) != 0) return false;
  jpeg_create_decompress(&decoder.codec);
  jpeg_mem_src(&decoder.codec, bytes.data(), bytes.size());
  jpeg_read_header(&decoder.codec, TRUE);
  const int components = decoder.codec.num_components;
  decoder.codec.out_color_space = components == 1 ? JCS_GRAYSCALE : components == 4 ? JCS_CMYK : JCS_EXT_BGR;
  decoder.codec.dct_method = method_of(how.dct);
  decoder.codec.do_fancy_upsampling = how.fancy_upsampling ? TRUE : FALSE;
  return true;
}

bool read_pixels(Decoder& decoder, cv::Mat& image) {
  jpeg_decompress_struct& codec = decoder.codec;
  if (setjmp(decoder.errors.jump) != 0) return false;
  jpeg_start_decompress(&codec);
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW row = image.ptr(static_cast<int>(codec.output_scanline));
    jpeg_read_scanlines(&codec, &row, 1);
  }
  jpeg_finish_decompress(&codec);
  return true;
}

/// Beyond this a header is an attack or damage, not a picture.
constexpr std::int64_t kMostPixels = std::int64_t{1} << 28;

/// Each colour is dimmed by black. The file holds light, not ink, as Adobe's do: Pillow and OpenCV take every CMYK JPEG
/// for one of Adobe's, with its marker or without.
cv::Mat cmyk_to_bgr(const cv::Mat& cmyk) {
  cv::Mat bgr(cmyk.size(), CV_8UC3);
  for (int y = 0; y < cmyk.rows; ++y) {
    const uchar* in = cmyk.ptr(y);
    uchar* out = bgr.ptr(y);
    for (int x = 0; x < cmyk.cols; ++x, in += 4, out += 3)
      for (int c = 0; c < 3; ++c) out[c] = static_cast<uchar>((in[2 - c] * in[3] + 127) / 255);
  }
  return bgr;
}

}  // namespace

std::vector<uchar> encode_jpeg(const cv::Mat& image, int quality) {
  Encoder encoder;
  encoder.codec.err = prepare(encoder.errors);
  write_to_bytes(encoder);
  if (!compress(encoder, image, quality))
    throw Error(ErrorKind::input, std::string("cannot be written as JPEG: ") + encoder.errors.message);
  return std::move(encoder.bytes);
}

cv::Mat decode_jpeg(std::span<const uchar> bytes, JpegDecoding how) {
  Decoder decoder;
  decoder.codec.err = prepare(decoder.errors);
  const auto fail = [&] { throw Error(ErrorKind::input, std::string("damaged JPEG: ") + decoder.errors.message); };
  if (!read_header(decoder, bytes, how)) fail();
  const int components = decoder.codec.num_components;
  const int channels = components == 1 || components == 4 ? components : 3;
  const cv::Size size(static_cast<int>(decoder.codec.image_width), static_cast<int>(decoder.codec.image_height));
  if (std::int64_t{size.width} * size.height > kMostPixels)
    throw Error(ErrorKind::input,
                "JPEG of " + std::to_string(size.width) + " x " + std::to_string(size.height) + " px: too large");
  cv::Mat image(size, CV_8UC(channels));
  if (!read_pixels(decoder, image)) fail();
  return channels == 4 ? cmyk_to_bgr(image) : image;
}

std::string jpeg_version() {
  constexpr int kVersion = LIBJPEG_TURBO_VERSION_NUMBER;  // 2001005 is 2.1.5
  return "libjpeg-turbo " + std::to_string(kVersion / 1000000) + "." + std::to_string(kVersion / 1000 % 1000) + "." +
         std::to_string(kVersion % 1000);
}

}  // namespace robustcheck::image
