#pragma once

#include <cstddef>
#include <opencv2/core.hpp>
#include <utility>

namespace robustcheck::image {

/// A decoded picture that outlives its use, as those in a cache do. A cv::Mat shares its pixels with every copy of it,
/// const or not, so that whoever has one may write into all of them; of an Original there are copies of the pixels
/// only. The Mat that it is made of must not be written to any more.
class Original {
 public:
  Original(cv::Mat pixels) : pixels_(std::move(pixels)) {}
  /// Pixels that belong to the caller.
  cv::Mat copy() const { return pixels_.clone(); }
  std::size_t bytes() const { return pixels_.total() * pixels_.elemSize(); }

 private:
  cv::Mat pixels_;
};

}  // namespace robustcheck::image
