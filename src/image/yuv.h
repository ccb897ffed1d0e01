#pragma once

#include <opencv2/core.hpp>

#include "robustcheck/image/preprocess_settings.h"

namespace robustcheck::image {

/// An 8-bit image, gray or BGR, through YUV 4:2:0 (video range) and back; gray stays gray. Odd sides are padded by
/// replication and cropped back. BT.601 equals OpenCV's COLOR_BGR2YUV_I420 and COLOR_YUV2BGR_{I420,NV12}: the chroma of
/// each 2 x 2 block is that of its top left pixel. BT.709 does the same with its own luma weights Kr = 0.2126,
/// Kb = 0.0722: Y = 16 + 219 E, Cb = 128 + 224 (B - E) / (2 - 2 Kb), Cr = 128 + 224 (R - E) / (2 - 2 Kr) with
/// E = Kr R + (1 - Kr - Kb) G + Kb B and R, G, B in [0, 1]; 20 fractional bits, rounded.
cv::Mat through_yuv(const cv::Mat& image, Yuv format, YuvMatrix matrix);

}  // namespace robustcheck::image
