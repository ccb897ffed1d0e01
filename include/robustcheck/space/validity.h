#pragma once

#include <string>
#include <vector>

#include "robustcheck/base/json.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::space {

/// How far a perturbed picture is from what it is compared with, over pixels and channels of 8-bit images.
struct Distances {
  double ssim = 1.0;  ///< mean structural similarity, [-1, 1]; Wang et al. 2004
  double l0 = 0.0;    ///< share of the pixels that differ in any channel
  double linf = 0.0;  ///< largest difference, share of the full range
  double l2 = 0.0;    ///< root mean square difference, share of the full range
};

/// When a perturbed picture still shows the same thing to a person. After DeepHunter (Xie et al. 2019, ISSTA): a chain
/// has at most one strong geometric step, and its other steps, measured against the picture with the geometric steps
/// alone, change few pixels, or change none by much; or, beyond DeepHunter, they leave the structure.
struct Validity {
  bool enabled = true;
  double strong = 0.5;  ///< a geometric step above this share of its registered range is strong
  double l0 = 0.02;     ///< valid when fewer pixels than this share differ, or
  double linf = 0.2;    ///< no value differs by this share of the range, or
  double ssim = 0.3;    ///< the structural similarity is above this (every profile has its own)

  bool accepts(const Distances& distances) const;
};

/// "off", or "ssim=0.6,l0=0.02,linf=0.2,strong=0.5" in any order; what is left out stays as in `defaults`. Throws
/// Error{usage} that names the place, the value and what would be right.
Validity parse_validity(const std::vector<std::string>& parts, Validity defaults, const std::string& place);
Json to_json(const Validity& validity);
Json to_json(const Distances& distances);

/// Keeps the strongest geometric step and pulls every other one to `validity.strong` of its range. True if it changed
/// anything.
bool weaken_geometry(Variance& variance, const Validity& validity, const Catalogue& catalogue);
/// Every strength of every step moved towards neutral: `share` 1 changes nothing, 0 leaves no data.
Variance milder(Variance variance, double share, const Catalogue& catalogue);

}  // namespace robustcheck::space
