#pragma once

#include <string>

namespace robustcheck::image {

/// An 8-bit image as plain bytes: rows from the top, `channels` bytes a pixel, gray (1) or BGR (3).
struct Picture {
  int width = 0;
  int height = 0;
  int channels = 1;
  std::string pixels;

  bool operator==(const Picture&) const = default;
};

}  // namespace robustcheck::image
