#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "robustcheck/base/rng.h"
#include "robustcheck/image/original.h"
#include "robustcheck/space/catalogue.h"
#include "robustcheck/space/variance.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::transform {

/// Values of one step, by parameter name.
class Values {
 public:
  Values(const space::TransformInfo& info, const space::Step& step) : info_(info), step_(step) {}
  double operator[](std::string_view parameter) const;
  space::Border border() const { return step_.border; }

 private:
  const space::TransformInfo& info_;
  const space::Step& step_;
};

/// One data perturbation: what it is and what it does to an 8-bit image with 1 (gray) or 3 (BGR) channels. Size, type
/// and channel count are kept, and the image is not written to. The engine does not call it when every strength is
/// neutral.
struct Transform {
  space::TransformInfo info;
  cv::Mat (*apply)(const cv::Mat& image, const Values& values, Rng& rng);
};

/// Every transform, in the order in which `list transforms` shows them.
const std::vector<Transform>& all();
/// nullptr if unknown.
const Transform* find(std::string_view name);
/// Applies a chain to a decoded image. Random numbers are keyed by (`seed`, `image_key`, position in the chain), so the
/// picture does not depend on which other images are processed. The result shares no pixels with `decoded`.
/// Throws Error{usage} for an unknown transform.
cv::Mat apply_chain(const image::Original& decoded, std::span<const space::Step> steps, std::uint64_t seed,
                    std::uint64_t image_key);
/// The geometric steps (but those that are `local`) of the same chain alone, with the random numbers that they have in
/// it: what the chain's other steps are measured against.
cv::Mat apply_geometry(const image::Original& decoded, std::span<const space::Step> steps, std::uint64_t seed,
                       std::uint64_t image_key);

}  // namespace robustcheck::transform
