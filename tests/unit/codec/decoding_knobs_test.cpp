#include <gtest/gtest.h>
#include <unistd.h>

#include <opencv2/imgcodecs.hpp>
#include <set>

#include "golden_files.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/codec/codec.h"

/// What the knobs decoder, exif_orientation and alpha do to files, against djpeg and Pillow.
namespace robustcheck::codec {
namespace {

struct Golden {
  const char *name, *bytes, *knob, *value;
  int width, height, channels;
  const char* pixels;
};

const Golden kGolden[] = {
#include "../../golden/decoder.inc"
};

cv::Mat decoded(std::string_view bytes, const std::map<std::string, std::string>& config) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("robustcheck-decoding-" + std::to_string(getpid()));
  write_file(path, bytes);
  const cv::Mat image = decode(path, decode_settings(config));
  std::filesystem::remove(path);
  return image;
}

bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0.0;
}

TEST(DecodingKnobs, EqualDjpegAndPillowBitForBit) {
  for (const Golden& golden : kGolden) {
    std::string pixels = from_hex(golden.pixels);
    const cv::Mat expected(golden.height, golden.width, CV_8UC(golden.channels), pixels.data());
    EXPECT_TRUE(same(decoded(from_hex(golden.bytes), {{golden.knob, golden.value}}), expected))
        << golden.name << ' ' << golden.knob << '=' << golden.value;
  }
}

TEST(DecodingKnobs, CoverEveryValueThatDiffers) {
  std::map<std::string, std::set<std::string>> pictures;  // by knob
  for (const Golden& golden : kGolden)
    if (std::string(golden.name) == "420.jpg" || std::string(golden.name) == "clear.png")
      pictures[golden.knob].insert(golden.pixels);
  EXPECT_EQ(pictures["decoder"].size(), 6U);
  EXPECT_EQ(pictures["alpha"].size(), 3U);
}

TEST(DecodingKnobs, LaySixteenBitsOverTheBackground) {
  const cv::Mat deep(2, 3, CV_16UC4, cv::Scalar(257 * 10, 257 * 20, 257 * 30, 257 * 51));  // 51 of 255 is a fifth
  std::vector<uchar> bytes;
  cv::imencode(".png", deep, bytes);
  const std::string_view file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_TRUE(same(decoded(file, {{"alpha", "white"}}), cv::Mat(2, 3, CV_8UC3, cv::Scalar(206, 208, 210))));
  EXPECT_TRUE(same(decoded(file, {{"alpha", "black"}}), cv::Mat(2, 3, CV_8UC3, cv::Scalar(2, 4, 6))));
}

TEST(DecodingKnobs, AreTheReferenceWhenNothingIsNamed) {
  EXPECT_EQ(decode_settings({}), DecodeSettings{});
  EXPECT_EQ(decode_settings({{"decoder", "islow"}, {"exif_orientation", "apply"}, {"alpha", "drop"}}),
            DecodeSettings{});
}

TEST(DecodingKnobs, RefuseAnUnknownValue) {
  try {
    decode_settings({{"decoder", "fast"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_TRUE(
        std::string(error.what()).starts_with("knob decoder has no value 'fast'; it takes islow, ifast, float"));
  }
}

}  // namespace
}  // namespace robustcheck::codec
