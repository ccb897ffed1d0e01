#include "geometry.h"

#include <cmath>
#include <cstdint>

namespace robustcheck::image {
namespace {

/// The customary 224 of 256, where resize_rule asks for a crop and crop_fraction says nothing.
constexpr double kUsualCropFraction = 0.875;

int scaled(int side, int to, int from) { return static_cast<int>(static_cast<std::int64_t>(to) * side / from); }

/// The smallest size of the image's aspect ratio that covers `aim`. For a square aim torchvision's Resize(int): the
/// longer side is cut to whole pixels.
Size covering(Size image, Size aim) {
  const bool width_decides = std::int64_t{image.width} * aim.height <= std::int64_t{image.height} * aim.width;
  if (width_decides) return {aim.width, scaled(image.height, aim.width, image.width)};
  return {scaled(image.width, aim.height, image.height), aim.height};
}

Size share_of(Size input, double fraction) {
  return {static_cast<int>(std::floor(input.width / fraction)), static_cast<int>(std::floor(input.height / fraction))};
}

Geometry as_specified(Size image, const Preprocessing& preprocessing) {
  switch (preprocessing.rule) {
    case ResizeRule::exact:
      return {preprocessing.exact.value_or(preprocessing.input), preprocessing.crop};
    case ResizeRule::shorter_side:
      return {covering(image, {preprocessing.shorter_side, preprocessing.shorter_side}), preprocessing.crop};
    case ResizeRule::none:
      break;
  }
  return {std::nullopt, preprocessing.crop};
}

}  // namespace

int crop_offset(int whole, int part) {
  const int difference = whole - part;
  const int half = difference / 2;
  return difference % 2 == 0 || half % 2 == 0 ? half : half + 1;
}

Geometry geometry_of(Size image, const Preprocessing& preprocessing, const PreprocessSettings& settings) {
  if (settings.rule == RuleKnob::direct) return {preprocessing.input, std::nullopt};
  const bool shorter_side = settings.rule == RuleKnob::shorter_side_crop;
  const bool nothing_resizes = preprocessing.rule == ResizeRule::none;
  if (!shorter_side && (!settings.crop_fraction || nothing_resizes)) return as_specified(image, preprocessing);
  const Size aim = share_of(preprocessing.input, settings.crop_fraction.value_or(kUsualCropFraction));
  const bool keeps_aspect = shorter_side || preprocessing.rule == ResizeRule::shorter_side;
  return {keeps_aspect ? covering(image, aim) : aim, preprocessing.input};
}

}  // namespace robustcheck::image
