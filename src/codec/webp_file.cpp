#include <webp/decode.h>

#include "open_cv.h"
#include "other_files.h"
#include "robustcheck/base/error.h"

namespace robustcheck::codec {

cv::Mat decode_webp(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto fail = [](const std::string& problem) { throw Error(ErrorKind::input, problem); };
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) fail("damaged WebP: its header");
  if (features.has_animation != 0) fail("is an animated WebP; one picture is needed");
  check_size(features.width, features.height);
  cv::Mat pixels(features.height, features.width, CV_8UC(features.has_alpha != 0 ? 4 : 3));
  const auto decode = features.has_alpha != 0 ? &WebPDecodeBGRAInto : &WebPDecodeBGRInto;
  const std::size_t size = pixels.total() * pixels.elemSize();
  if (decode(data, bytes.size(), pixels.data, size, static_cast<int>(pixels.step)) == nullptr)
    fail("damaged WebP: truncated, or wrong bytes");
  return pixels;
}

}  // namespace robustcheck::codec
