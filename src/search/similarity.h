#pragma once

#include <string>
#include <vector>

#include "robustcheck/space/space.h"

namespace robustcheck::search {

/// How much two variances of one space are alike: 1 for equal ones, near 0 where a transform or two differ from end to
/// end. The order of a chain does not count.
///
///   coordinates  per parameter of every transform its distance from neutral as a share of the range on that side (0:
///                not in the chain); per knob its value
///   similarity   exp(-d / (2 x 0.5^2)), d = sum of squared differences of the shares + 0.5 for every knob that differs
class Similarity {
 public:
  struct Coordinates {
    std::vector<float> shares;
    std::vector<int> values;  ///< per knob: 0 the reference, then the values in the order of its gene
  };

  explicit Similarity(const space::Space& space) : space_(space) {}
  Coordinates coordinates(const space::Variance& variance) const;
  static double between(const Coordinates& a, const Coordinates& b);

 private:
  const space::Space& space_;
};

}  // namespace robustcheck::search
