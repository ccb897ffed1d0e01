#pragma once

#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace robustcheck::codec {

/// One small file and the picture that is in it.
struct GoldenFile {
  std::string name;
  std::string bytes;
  cv::Mat image;
};

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

inline const std::vector<GoldenFile>& golden_files() {
  struct Row {
    const char *name, *bytes;
    int width, height, channels;
    const char* pixels;
  };
  static const Row kRows[] = {
#include "../../golden/codec.inc"
  };
  static const std::vector<GoldenFile> kFiles = [] {
    std::vector<GoldenFile> files;
    for (const Row& row : kRows) {
      std::string pixels = from_hex(row.pixels);
      const cv::Mat image(row.height, row.width, CV_8UC(row.channels), pixels.data());
      files.push_back({row.name, from_hex(row.bytes), image.clone()});
    }
    return files;
  }();
  return kFiles;
}

inline const GoldenFile& golden_file(const std::string& name) {
  for (const GoldenFile& file : golden_files())
    if (file.name == name) return file;
  throw std::out_of_range(name);
}

}  // namespace robustcheck::codec
