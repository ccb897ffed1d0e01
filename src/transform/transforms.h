#pragma once

#include "robustcheck/transform/transform.h"

/// The registry: one line adds a transform, one file of that name holds it. The order is that of `list transforms`.
#define ROBUSTCHECK_TRANSFORMS(X) \
  X(rotate)                       \
  X(translate)                    \
  X(zoom)                         \
  X(shear)                        \
  X(brightness)                   \
  X(contrast)                     \
  X(saturation)                   \
  X(gaussian_noise)               \
  X(gaussian_blur)                \
  X(motion_blur)                  \
  X(jpeg)                         \
  X(occlude)                      \
  X(perspective)                  \
  X(lens_distortion)              \
  X(flip_horizontal)              \
  X(random_crop)                  \
  X(gamma)                        \
  X(exposure)                     \
  X(hue)                          \
  X(white_balance)                \
  X(grayscale)                    \
  X(vignette)                     \
  X(shadow)                       \
  X(glare)                        \
  X(low_light)                    \
  X(webp)                         \
  X(double_jpeg)                  \
  X(dropped_rows)                 \
  X(lens_dirt)                    \
  X(text_overlay)                 \
  X(shot_noise)                   \
  X(impulse_noise)                \
  X(speckle_noise)                \
  X(row_noise)                    \
  X(defocus_blur)                 \
  X(zoom_blur)                    \
  X(glass_blur)                   \
  X(elastic)                      \
  X(hsv_value)                    \
  X(hsv_saturation)               \
  X(contrast_about_mean)          \
  X(fog)                          \
  X(frost)                        \
  X(snow)                         \
  X(rain)                         \
  X(spatter)                      \
  X(pixelate)                     \
  X(posterize)                    \
  X(chroma_subsample)             \
  X(sharpen)

namespace robustcheck::transform {

#define ROBUSTCHECK_DECLARE(name) Transform name();
ROBUSTCHECK_TRANSFORMS(ROBUSTCHECK_DECLARE)
#undef ROBUSTCHECK_DECLARE

}  // namespace robustcheck::transform
