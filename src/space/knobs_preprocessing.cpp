#include "knobs.h"

namespace robustcheck::space {

KnobTable preprocessing_knobs() {
  return {
      {"resize_filter",
       "preprocessing",
       "call",
       {"as_specified", "opencv-nearest", "opencv-linear", "opencv-area", "opencv-cubic", "opencv-lanczos4",
        "pillow-nearest", "pillow-box", "pillow-bilinear", "pillow-hamming", "pillow-bicubic", "pillow-lanczos"},
       "interpolation of the resize step, in place of the preprocessing file's",
       "SysNoise, MLSys 2023"},
  };
}

}  // namespace robustcheck::space
