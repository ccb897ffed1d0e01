#pragma once

#include <array>
#include <string>
#include <vector>

#include "robustcheck/space/variance.h"

namespace robustcheck::transform {

/// One corruption of ImageNet-C: its name there and, for severity 1 to 5, the step that makes it.
struct Corruption {
  std::string name;
  std::array<space::Step, 5> severities;
};

/// The 15 corruptions and the 4 further ones of ImageNet-C, in its order. Source of every constant: Hendrycks &
/// Dietterich 2019, "Benchmarking neural network robustness to common corruptions and perturbations", as in their
/// make_imagenet_c.py and in imagecorruptions-imaug 1.1.5. Pixel-sized constants hold at a shorter side of 224 and
/// scale with the image.
const std::vector<Corruption>& imagenet_c();

}  // namespace robustcheck::transform
