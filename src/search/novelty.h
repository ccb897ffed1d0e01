#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "operators.h"
#include "population.h"
#include "screen.h"

namespace robustcheck::search {

/// Small sets of genes that nobody has, as strong as it takes to fail together and no stronger: each gene is to carry
/// an equal part, so that none can be dropped and none explains the failure alone. A knob's value has one strength: it
/// is taken only where it carries at least 0.15 of the predicted V.
///
///   predicted V of a variance = sum over its genes of gain x (V of the gene alone at its end) x share of that end
///
/// Learns a gain per gene and side from what the sets really did, and how much predicted V it takes to break between a
/// fifth and a half of the images.
class Novelty {
 public:
  Novelty(const space::Space& space, const Operators& operators) : space_(space), operators_(operators) {}

  /// Nothing: no set in reach was found in a few tries.
  std::optional<space::Variance> next(std::span<const Effect> effects, const Population& population, Rng& rng) const;
  /// V that the gains make of a variance.
  double predicted(std::span<const Effect> effects, const space::Variance& variance) const;
  void learn(std::span<const Effect> effects, const space::Variance& told, double violation, double failure_rate);

 private:
  /// V of effect `i` at its end, with its gain.
  double strength(std::span<const Effect> effects, std::size_t i) const;
  double contribution(std::span<const Effect> effects, const space::Step& step) const;
  double add_knobs(std::span<const Effect> effects, space::Assignment& config, Rng& rng) const;
  std::vector<std::size_t> chosen_sides(std::span<const Effect> effects, Rng& rng) const;
  std::optional<space::Variance> proposal(std::span<const Effect> effects, Rng& rng) const;

  const space::Space& space_;
  const Operators& operators_;
  std::map<std::size_t, double> gains_;  ///< by index of the effect
  double target_ = 0.6;                  ///< predicted V of a proposal
};

}  // namespace robustcheck::search
