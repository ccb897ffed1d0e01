#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "robustcheck/oracle/oracle.h"
#include "robustcheck/space/space.h"

namespace robustcheck::search {

/// An eligible image of the search half.
struct SearchImage {
  ImageIndex index = 0;
  std::optional<Label> label;
  double margin = 0.0;  ///< reference margin, [0, 1]
};

/// V of one image: 0 as the reference, 1 at the boundary, at most 2. Smooth long before the first failure. `margin`:
/// the reference margin.
double violation(double fitness, double margin);

/// What a knob value does alone, as the probe saw it.
struct KnobEffect {
  std::string knob, value;
  double violation = 0.0;  ///< mean V
};

/// Everything a strategy may know. No image, no clock, no thread.
struct Problem {
  space::Space space;
  std::vector<SearchImage> images;
  std::uint64_t seed = 1;
  std::uint64_t budget = 20000;  ///< evaluations
  double failure_limit = 0.05;
  std::vector<KnobEffect> knob_effects;  ///< of the values in `space`; a missing one is taken as 0
  std::set<std::string> without;         ///< parts that genetic leaves out, for measuring what they bring
};

/// Proposes variances and learns from their verdicts. Deterministic in (problem, what it was told).
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// Trials that cost at most `evaluations_left` images together; empty: nothing more to try.
  virtual std::vector<space::Trial> ask(std::size_t evaluations_left) = 0;
  /// Verdicts of the guiding oracle, one per image, in the order of the last ask().
  virtual void tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) = 0;
};

struct StrategyEntry {
  std::string name;
  std::string summary;
  std::unique_ptr<Strategy> (*make)(Problem problem);
};

/// genetic (the default), random, sparse_random, one_at_a_time, evolution, grid.
const std::vector<StrategyEntry>& all_strategies();
/// Throws Error{usage} with did-you-mean.
const StrategyEntry& find_strategy(const std::string& name);
/// per_image: the one of --scope image.
const StrategyEntry& image_strategy();
/// Images of a full trial: one reference batch.
inline constexpr std::size_t kTrialImages = 32;

/// What --without can leave out of genetic.
const std::vector<std::string>& parts_of_genetic();
/// Throws Error{usage} with did-you-mean.
std::set<std::string> checked_parts(const std::vector<std::string>& names);

/// `count` images spread over the classes and evenly over the sorted reference margins; all of them if fewer.
std::vector<ImageIndex> telling_images(std::span<const SearchImage> images, std::size_t count);

}  // namespace robustcheck::search
