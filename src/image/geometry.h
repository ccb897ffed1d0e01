#pragma once

#include <optional>

#include "robustcheck/image/preprocess_settings.h"
#include "robustcheck/image/preprocessing.h"

namespace robustcheck::image {

/// What happens to an image's size.
struct Geometry {
  std::optional<Size> resize;
  std::optional<Size> crop;  ///< centre
};

/// By the rule of the preprocessing file, or as the knobs resize_rule and crop_fraction say: with a crop fraction f the
/// resize aims at floor(input / f) and the crop gives the input size. Where the rule keeps the aspect ratio, the
/// resized image just covers that aim; else it has that size.
Geometry geometry_of(Size image, const Preprocessing& preprocessing, const PreprocessSettings& settings);

/// torchvision's CenterCrop: half of the difference, rounded to nearest, halves to even as Python's round() does.
int crop_offset(int whole, int part);

}  // namespace robustcheck::image
