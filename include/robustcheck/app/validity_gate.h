#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "robustcheck/eval/measure.h"
#include "robustcheck/space/space.h"

namespace robustcheck::app {

/// Keeps pictures that a person would call other pictures out of a search, by the space's validity rule.
/// A candidate is judged by its data part on a few sample images, before any forward pass: it is valid when at least
/// three quarters of their pictures are. A reported rate is judged image by image: see invalid().
class ValidityGate {
 public:
  using Measure = std::function<eval::Measured(std::span<const space::Trial>)>;

  ValidityGate(space::Validity rule, std::vector<ImageIndex> sample, Measure measure)
      : rule_(rule), sample_(std::move(sample)), measure_(std::move(measure)) {}

  /// Replaces invalid data parts by milder ones. One entry per trial: false where nothing valid is left to run.
  std::vector<bool> admit(std::vector<space::Trial>& trials);
  /// 1 for each image whose picture under `variance` is invalid; its failure does not count.
  std::vector<std::uint8_t> invalid(const space::Variance& variance, const std::vector<ImageIndex>& images);

  const space::Validity& rule() const { return rule_; }
  std::uint64_t pictures() const { return pictures_; }  ///< measured
  std::uint64_t repaired() const { return repaired_; }
  std::uint64_t rejected() const { return rejected_; }

 private:
  void judge(const std::vector<space::Trial>& trials);
  bool accepted(const space::Variance& variance) const;

  space::Validity rule_;
  std::vector<ImageIndex> sample_;
  Measure measure_;
  std::map<std::string, bool> known_;  ///< by data part and seed
  std::uint64_t pictures_ = 0, repaired_ = 0, rejected_ = 0;
};

}  // namespace robustcheck::app
