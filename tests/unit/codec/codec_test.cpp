#include "robustcheck/codec/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <opencv2/imgcodecs.hpp>

#include "golden_files.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/image/jpeg.h"

namespace robustcheck::codec {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Codec : public testing::Test {
 protected:
  Codec() : folder_(std::filesystem::temp_directory_path() / ("robustcheck-codec-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Codec() override { std::filesystem::remove_all(folder_); }

  cv::Mat decode_bytes(std::string_view bytes, const std::string& name = "image") const {
    const std::filesystem::path path = folder_ / name;
    write_file(path, bytes);
    return decode(path);
  }

  /// What decode says, without the path in front; "" if it decodes.
  std::string complaint(std::string_view bytes, const std::string& name = "image") const {
    const std::string place = (folder_ / name).string() + ": ";
    try {
      decode_bytes(bytes, name);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.what(), StartsWith(place));
      return std::string(error.what()).substr(place.size());
    }
  }

  std::filesystem::path folder_;
};

bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0.0;
}

/// A big-endian EXIF segment with that orientation, after the first two bytes of a JPEG file.
std::string turned(const std::string& jpeg, int orientation) {
  std::string segment(
      "\xff\xe1\x00\x22"
      "Exif\0\0"
      "MM\0*\0\0\0\x08"
      "\0\x01"
      "\x01\x12\0\x03\0\0\0\x01\0\0\0\0"
      "\0\0\0\0",
      36);
  segment[29] = static_cast<char>(orientation);
  return jpeg.substr(0, 2) + segment + jpeg.substr(2);
}

TEST_F(Codec, ReadsWhatPillowReads) {
  for (const GoldenFile& file : golden_files()) {
    const cv::Mat image = decode_bytes(file.bytes, file.name);
    EXPECT_EQ(image.size(), file.image.size()) << file.name;
    EXPECT_EQ(image.type(), file.image.type()) << file.name;
    EXPECT_TRUE(same(image, file.image)) << file.name << '\n' << image << '\n' << file.image;
  }
}

TEST_F(Codec, GoesByTheContentNotTheName) {
  EXPECT_TRUE(same(decode_bytes(golden_file("rgb.png").bytes, "photo.jpg"), golden_file("rgb.png").image));
}

/// Where the pixel of the upright picture lies in the stored one, for the eight values of the EXIF standard.
TEST_F(Codec, TurnsByAllEightOrientations) {
  const std::string jpeg = golden_file("rgb.jpg").bytes;
  const cv::Mat stored = golden_file("rgb.jpg").image;
  const int right = stored.cols - 1, bottom = stored.rows - 1;
  const auto source = [&](int orientation, int x, int y) -> cv::Point {
    switch (orientation) {
      case 2:
        return {right - x, y};
      case 3:
        return {right - x, bottom - y};
      case 4:
        return {x, bottom - y};
      case 5:
        return {y, x};
      case 6:
        return {y, bottom - x};
      case 7:
        return {right - y, bottom - x};
      case 8:
        return {right - y, x};
      default:
        return {x, y};
    }
  };
  for (int orientation = 0; orientation <= 9; ++orientation) {
    const cv::Mat image = decode_bytes(turned(jpeg, orientation));
    for (int y = 0; y < image.rows; ++y)
      for (int x = 0; x < image.cols; ++x)
        ASSERT_EQ(image.at<cv::Vec3b>(y, x), stored.at<cv::Vec3b>(source(orientation, x, y))) << orientation;
  }
}

TEST_F(Codec, ScalesSixteenBitsByRoundedDivision) {
  cv::Mat deep(1, 65536, CV_16UC1);
  for (int value = 0; value < 65536; ++value) deep.ptr<std::uint16_t>()[value] = static_cast<std::uint16_t>(value);
  deep = deep.reshape(1, 256);
  std::vector<uchar> bytes;
  cv::imencode(".png", deep, bytes);
  const cv::Mat image = decode_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (int value = 0; value < 65536; ++value) ASSERT_EQ(image.data[value], (value + 128) / 257) << value;
}

/// Beginnings of every file, all near its end: never a picture with invented pixels, and nothing on stderr.
TEST_F(Codec, RefusesAFileThatEndsEarly) {
  testing::internal::CaptureStderr();
  for (const GoldenFile& file : golden_files())
    for (std::size_t length = 0; length < file.bytes.size(); length += length + 12 < file.bytes.size() ? 11 : 1) {
      const std::string_view beginning = std::string_view(file.bytes).substr(0, length);
      if (complaint(beginning).empty()) {
        EXPECT_TRUE(same(decode_bytes(beginning), file.image))
            << file.name << ' ' << length << " of " << file.bytes.size();
      }
    }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Codec, RefusesATruncatedJpegOfSomeSize) {
  cv::Mat image(300, 400, CV_8UC3);
  cv::randu(image, 0, 255);
  const std::vector<uchar> bytes = image::encode_jpeg(image, 90);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_EQ(complaint(text), "");
  EXPECT_EQ(complaint(text.substr(0, text.size() / 2)), "damaged JPEG: Premature end of JPEG file");
}

/// Some byte is wrong: an error or some picture, never a crash or a line on stderr.
TEST_F(Codec, SurvivesAWrongByte) {
  testing::internal::CaptureStderr();
  for (const GoldenFile& file : golden_files())
    for (std::size_t i = 0; i < file.bytes.size(); i += 5) {
      std::string damaged = file.bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
      complaint(damaged);
    }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Codec, SaysWhatIsWrong) {
  EXPECT_EQ(complaint(""), "is empty");
  EXPECT_EQ(complaint("not an image"), "is no picture of a format that is read (PNG, JPEG, WebP, BMP, PNM, TIFF)");
  EXPECT_EQ(complaint("GIF89a"), "is a picture of format GIF, which is not read (PNG, JPEG, WebP, BMP, PNM, TIFF are)");
  const std::string png = golden_file("rgb.png").bytes;
  EXPECT_EQ(complaint(png.substr(0, png.size() - 20)), "damaged PNG: the file ends early");
  std::string flipped = png;
  flipped[png.find("IDAT") + 9] ^= 1;
  EXPECT_EQ(complaint(flipped), "damaged PNG: wrong checksum");
  EXPECT_THAT(complaint(golden_file("rgb.bmp").bytes.substr(0, 60)), HasSubstr("cannot be decoded"));
}

TEST_F(Codec, NeverOpensAPipeOrADevice) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  for (const std::filesystem::path& path : {folder_ / "pipe", std::filesystem::path("/dev/zero")}) try {
      decode(path);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), path.string() + ": is no regular file");
    }
}

TEST_F(Codec, NamesAMissingFile) {
  try {
    decode(folder_ / "none.png");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_EQ(error.what(), (folder_ / "none.png").string() + ": no such file");
  }
}

TEST_F(Codec, WritesPngWithoutLoss) {
  for (const int channels : {1, 3}) {
    cv::Mat image(31, 17, CV_8UC(channels));
    cv::randu(image, 0, 256);
    write_png(folder_ / "out.png", image);
    EXPECT_TRUE(same(decode(folder_ / "out.png"), image));
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "a temporary file was left behind";
}

TEST_F(Codec, SaysWhereItCannotWrite) {
  try {
    write_png(folder_ / "none" / "out.png", cv::Mat::zeros(2, 2, CV_8UC1));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), StartsWith((folder_ / "none" / "out.png").string() + ": cannot be written"));
  }
}

TEST_F(Codec, NamesItsLibraries) {
  EXPECT_THAT(versions(), testing::MatchesRegex("OpenCV [0-9.]+, libjpeg-turbo [0-9.]+"));
}

}  // namespace
}  // namespace robustcheck::codec
