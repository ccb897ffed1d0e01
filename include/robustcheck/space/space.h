#pragma once

#include <string>
#include <vector>

#include "robustcheck/base/json.h"
#include "robustcheck/base/rng.h"
#include "robustcheck/space/validity.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::space {

/// Range of one parameter in a space: inside the registered range, around neutral.
struct Range {
  double low = 0.0;
  double high = 0.0;
};

/// A transform that a search may use, with a range per parameter (order of TransformInfo::parameters) and the border
/// that its steps have.
struct TransformGene {
  TransformInfo info;
  std::vector<Range> ranges;
  Border border = Border::reflect;
};

/// A knob that a search may use; values exclude the reference.
struct KnobGene {
  KnobInfo info;
  std::vector<std::string> values;
};

/// What a search may combine.
struct Space {
  std::vector<TransformGene> transforms;
  std::vector<KnobGene> knobs;
  std::size_t max_transforms = 3;  ///< longest chain
  Validity validity;               ///< of the pictures; its SSIM limit is the lowest of the joined profiles

  bool empty() const { return transforms.empty() && knobs.empty(); }
  const TransformGene* find_transform(const std::string& name) const;
  const KnobGene* find_knob(const std::string& name) const;
  /// The catalogue that reads and describes this space's variances.
  Catalogue catalogue() const;
};

/// A step of `gene` at a signed share of its range in this space (-1 low end, 0 neutral, 1 high end) in every strength
/// whose side exists; parameters that are no strength are drawn from `rng`.
Step step_at(const TransformGene& gene, double share, Rng& rng);
/// Every strength drawn uniformly from its range, other parameters too.
Step random_step(const TransformGene& gene, Rng& rng);
/// True when the space reaches beyond neutral on that side (-1 or 1) for some strength.
bool has_side(const TransformGene& gene, int side);

/// Pulls every value into the range of this space, gives every step the border of its gene, merges neighbours of the
/// same transform into the stronger one, cuts chains that are too long, drops neutral steps and knobs or values that
/// the space does not hold, resolves incompatible knobs (see incompatible()). What a strategy proposes goes through it.
Variance repaired(Variance variance, const Space& space);
/// Without what excludes each other or was measured to be bit-equal to one of the two alone; with what a knob of
/// `config` needs, where the space has it; with one knob of process scope at most.
Assignment compatible(Assignment config, const Space& space);
/// The reason why two knob values of an assignment cannot be combined, or "": "int8=... with precision=bf16: ...".
std::string incompatible(const Assignment& config);
/// With the knob added without which one of `config` does nothing (yuv for yuv_matrix).
Assignment completed(Assignment config);

Json to_json(const Space& space);

/// A named space: part of a search space that --profile joins.
struct Profile {
  std::string name;
  std::string summary;
};
const std::vector<Profile>& all_profiles();

/// Joins profiles (a transform that several hold: hull of the ranges, border of the first) and applies the user's
/// lists: names keep only these, "-name" drops one, "none" drops all, empty keeps all. A named knob or transform
/// outside the profiles is added with its registered range. Throws Error{usage} with did-you-mean.
struct SpaceRequest {
  std::vector<std::string> profiles = {"moderate", "deployment"};
  std::vector<std::string> transforms;
  std::vector<std::string> knobs;
  std::size_t max_transforms = 3;
  std::vector<std::string> validity;  ///< as parse_validity() reads it; empty: the profiles' own
};
Space make_space(const SpaceRequest& request, const Catalogue& catalogue);

}  // namespace robustcheck::space
