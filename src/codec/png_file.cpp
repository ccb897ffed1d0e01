#include "png_file.h"

#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "bytes.h"
#include "open_cv.h"
#include "robustcheck/base/error.h"

namespace robustcheck::codec {
namespace {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kFrame = 12;  // bytes of a chunk around its content: length, type, checksum

struct Chunk {
  std::string_view whole;
  std::string_view type() const { return whole.substr(4, 4); }
  std::string_view content() const { return whole.substr(8, whole.size() - kFrame); }
};

/// The chunk at `at`, or nothing where the file ends inside it.
std::optional<Chunk> chunk_at(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < kFrame) return std::nullopt;
  const std::size_t length = big_endian(bytes, at, 4);
  if (bytes.size() - at - kFrame < length) return std::nullopt;
  return Chunk{bytes.substr(at, length + kFrame)};
}

bool is_intact(const Chunk& chunk) {
  const std::string_view covered = chunk.whole.substr(4, chunk.whole.size() - 8);
  const auto* first = reinterpret_cast<const Bytef*>(covered.data());
  return crc32_z(0, first, covered.size()) == big_endian(chunk.whole, chunk.whole.size() - 4, 4);
}

bool is_essential(const Chunk& chunk) {
  constexpr std::string_view kTypes[] = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};
  return std::find(std::begin(kTypes), std::end(kTypes), chunk.type()) != std::end(kTypes);
}

/// The file reduced to what its pixels need: what else it says (a damaged colour profile, a gamma) changes nothing.
std::string essential_png(std::string_view bytes) {
  std::string reduced(kPngSignature);
  std::size_t at = kPngSignature.size();
  while (const auto chunk = chunk_at(bytes, at)) {
    at += chunk->whole.size();
    if (!is_intact(*chunk)) throw Error(ErrorKind::input, "damaged PNG: wrong checksum");
    if (!is_essential(*chunk)) continue;
    reduced += chunk->whole;
    if (chunk->type() == "IEND") return reduced;
  }
  throw Error(ErrorKind::input, "damaged PNG: the file ends early");
}

/// What a zlib stream holds; empty where it is damaged or absurdly long.
std::string inflated(std::string_view packed) {
  constexpr uLongf kMost = 1 << 24;
  std::string text(1 << 14, '\0');
  for (;; text.resize(4 * text.size())) {
    uLongf size = text.size();
    const int result = uncompress(reinterpret_cast<Bytef*>(text.data()), &size,
                                  reinterpret_cast<const Bytef*>(packed.data()), packed.size());
    if (result == Z_OK) return text.substr(0, size);
    if (result != Z_BUF_ERROR || text.size() >= kMost) return "";
  }
}

/// Behind the keyword: a method and the text packed; or a flag, a method, a language, a translated keyword, the text.
std::string text_of(const Chunk& chunk, std::string_view rest) {
  if (chunk.type() == "tEXt") return std::string(rest);
  if (chunk.type() == "zTXt") return rest.empty() ? "" : inflated(rest.substr(1));
  if (rest.size() < 2) return "";
  const bool packed = rest[0] != 0;
  rest.remove_prefix(2);
  for (int i = 0; i < 2; ++i) rest.remove_prefix(std::min(rest.find('\0'), rest.size() - 1) + 1);
  return packed ? inflated(rest) : std::string(rest);
}

/// One file under libpng, which reports errors by jumping back.
struct Reader {
  std::string_view rest;  ///< of the file
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::array<char, 128> message = {};
  int width = 0, height = 0, channels = 0, passes = 1;

  explicit Reader(std::string_view file);
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

void give_up(png_structp png, png_const_charp message) {
  auto& reader = *static_cast<Reader*>(png_get_error_ptr(png));
  std::strncpy(reader.message.data(), message, reader.message.size() - 1);
  png_longjmp(png, 1);
}

void read_some(png_structp png, png_bytep bytes, std::size_t count) {
  auto& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (count > reader.rest.size()) png_error(png, "the file ends early");
  std::memcpy(bytes, reader.rest.data(), count);
  reader.rest.remove_prefix(count);
}

Reader::Reader(std::string_view file)
    : rest(file),
      png(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, give_up, [](png_structp, png_const_charp) {})) {
  if (png != nullptr) info = png_create_info_struct(png);
  if (info == nullptr) throw std::bad_alloc();
  png_set_read_fn(png, this, read_some);
}

// The functions that libpng may leave by longjmp hold no C++ object: nothing is skipped.

bool read_header(Reader& reader) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;
  png_read_info(reader.png, reader.info);
  png_set_expand(reader.png);  // palettes, few bits, a transparent colour
  png_set_scale_16(reader.png);
  png_set_bgr(reader.png);
  reader.passes = png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  reader.width = static_cast<int>(png_get_image_width(reader.png, reader.info));
  reader.height = static_cast<int>(png_get_image_height(reader.png, reader.info));
  reader.channels = png_get_channels(reader.png, reader.info);
  return true;
}

bool read_pixels(Reader& reader, cv::Mat& pixels) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;
  for (int pass = 0; pass < reader.passes; ++pass)
    for (int y = 0; y < reader.height; ++y) png_read_row(reader.png, pixels.ptr(y), nullptr);
  png_read_end(reader.png, nullptr);
  return true;
}

[[noreturn]] void fail(const Reader& reader) {
  throw Error(ErrorKind::input, std::string("damaged PNG: ") + reader.message.data());
}

}  // namespace

std::string_view png_chunk(std::string_view bytes, std::string_view type) {
  std::size_t at = kPngSignature.size();
  while (const auto chunk = chunk_at(bytes, at)) {
    if (chunk->type() == type) return chunk->content();
    at += chunk->whole.size();
  }
  return {};
}

std::string png_text(std::string_view bytes, std::string_view keyword) {
  std::size_t at = kPngSignature.size();
  while (const auto chunk = chunk_at(bytes, at)) {
    at += chunk->whole.size();
    const bool is_text = chunk->type() == "tEXt" || chunk->type() == "zTXt" || chunk->type() == "iTXt";
    const std::string_view content = chunk->content();
    if (is_text && content.size() > keyword.size() && content.starts_with(keyword) && content[keyword.size()] == '\0')
      return text_of(*chunk, content.substr(keyword.size() + 1));
  }
  return "";
}

cv::Mat decode_png(std::string_view bytes) {
  const std::string essential = essential_png(bytes);
  Reader reader(essential);
  if (!read_header(reader)) fail(reader);
  check_size(reader.width, reader.height);
  cv::Mat pixels(reader.height, reader.width, CV_8UC(reader.channels));
  if (!read_pixels(reader, pixels)) fail(reader);
  return pixels;
}

}  // namespace robustcheck::codec
