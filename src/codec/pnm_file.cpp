#include <algorithm>
#include <charconv>

#include "open_cv.h"
#include "other_files.h"
#include "robustcheck/base/error.h"

namespace robustcheck::codec {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";
constexpr int kDeepest = 65535;

[[noreturn]] void fail(const std::string& problem) { throw Error(ErrorKind::input, "damaged PNM: " + problem); }

/// Reads words; comments run from # to the end of the line.
class Words {
 public:
  explicit Words(std::string_view bytes) : bytes_(bytes) {}

  std::string_view next() {
    pass_over_space();
    const std::size_t begin = at_;
    at_ = std::min(bytes_.find_first_of(" \t\r\n\v\f#", at_), bytes_.size());
    return bytes_.substr(begin, at_ - begin);
  }
  int number(int most) {
    const std::string_view word = next();
    int value = -1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (word.empty()) fail("the file ends early");
    if (error != std::errc{} || end != word.data() + word.size() || value < 0 || value > most)
      fail("'" + std::string(word.substr(0, 20)) + "' is no number in [0, " + std::to_string(most) + "]");
    return value;
  }
  /// Of a plain bitmap, which needs no space between them.
  bool bit() {
    pass_over_space();
    if (at_ == bytes_.size()) fail("the file ends early");
    const char digit = bytes_[at_++];
    if (digit != '0' && digit != '1') fail("something else than 0 and 1 in a bitmap");
    return digit == '1';
  }

 private:
  void pass_over_space() {
    while (at_ < bytes_.size() && (kSpace.find(bytes_[at_]) != std::string_view::npos || bytes_[at_] == '#'))
      at_ = bytes_[at_] == '#' ? std::min(bytes_.find('\n', at_), bytes_.size()) : at_ + 1;
  }

  std::string_view bytes_;
  std::size_t at_ = 2;  ///< behind the magic number
};

struct Header {
  int width = 0, height = 0, maximum = 1;
};

Header read_header(Words& words, bool is_bitmap) {
  Header header;
  constexpr int kMostSide = 1 << 20;
  header.width = words.number(kMostSide);
  header.height = words.number(kMostSide);
  check_size(header.width, header.height);
  if (!is_bitmap) header.maximum = words.number(kDeepest);
  if (header.maximum == 0 || header.width == 0 || header.height == 0) fail("a size or maximum of 0");
  return header;
}

cv::Mat decode_plain(std::string_view bytes, Words& words, const Header& header) {
  const int channels = bytes[1] == '3' ? 3 : 1;
  if (bytes.size() < static_cast<std::size_t>(header.width) * static_cast<std::size_t>(header.height))
    fail("the file ends early");
  cv::Mat pixels(header.height, header.width, CV_16UC(channels));
  for (int y = 0; y < header.height; ++y)
    for (int x = 0; x < header.width; ++x)
      for (int c = 0; c < channels; ++c)
        pixels.ptr<std::uint16_t>(y)[x * channels + channels - 1 - c] =
            static_cast<std::uint16_t>(bytes[1] == '1' ? !words.bit() : words.number(header.maximum));
  return pixels;
}

}  // namespace

cv::Mat decode_pnm(std::string_view bytes) {
  const bool is_plain = bytes[1] <= '3', is_bitmap = bytes[1] == '1' || bytes[1] == '4';
  Words words(bytes);
  const Header header = read_header(words, is_bitmap);
  if (is_plain) return to_8_bit(decode_plain(bytes, words, header), header.maximum);
  return to_8_bit(open_cv_decode(bytes), is_bitmap ? 255 : header.maximum);
}

}  // namespace robustcheck::codec
