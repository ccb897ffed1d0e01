#pragma once

#include <algorithm>
#include <vector>

#include "pillow_resize.h"

namespace robustcheck::image {

/// The inputs of one output sample along an axis: input first + t has weights[t]; the weights sum to 1.
struct Window {
  int first = 0;
  std::vector<double> weights;
};

/// Output `index` of `out` from `in` samples: the kernel centred on it, widened where the axis shrinks. Pillow computes
/// this in double, torch (antialias=True) in float, else alike.
template <class Real>
Window filter_window(int index, int in, int out, const PillowFilter& filter) {
  constexpr auto kHalf = static_cast<Real>(0.5);
  const Real scale = static_cast<Real>(in) / static_cast<Real>(out);
  const Real stretch = std::max(scale, static_cast<Real>(1));
  const Real support = static_cast<Real>(filter.support) * stretch;
  const Real centre = (static_cast<Real>(index) + kHalf) * scale;
  Window window{std::max(0, static_cast<int>(centre - support + kHalf)), {}};
  const int end = std::min(in, static_cast<int>(centre + support + kHalf));
  Real sum = 0;
  for (int t = window.first; t < end; ++t) {
    const Real distance = (static_cast<Real>(t) - centre + kHalf) * (static_cast<Real>(1) / stretch);
    const auto weight = static_cast<Real>(filter.kernel(static_cast<double>(distance)));
    window.weights.push_back(static_cast<double>(weight));
    sum += weight;
  }
  if (sum == 0) return window;
  for (double& weight : window.weights) weight = static_cast<double>(static_cast<Real>(weight) / sum);
  return window;
}

}  // namespace robustcheck::image
