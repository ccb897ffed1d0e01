#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "robustcheck/analysis/attribute.h"
#include "robustcheck/base/dataset.h"
#include "robustcheck/eval/evaluator.h"
#include "robustcheck/oracle/oracle.h"

namespace robustcheck::app {

using Verdicts = std::vector<std::vector<oracle::Verdict>>;

/// The oracle called `name`; empty: label with labels, consistency without. Throws Error{usage} when it needs labels
/// that the dataset has not.
const oracle::Oracle& guiding_oracle(const std::string& name, const Dataset& dataset);
/// numeric and crash: judged beside every guide, reported first, confirmed by one image that fails twice.
bool always_on(const std::string& oracle);
/// The variance whose observation `oracle` compares with: the reference, or the same data in the reference
/// configuration.
space::Variance compared_with(const oracle::Oracle& oracle, const space::Variance& variance);
/// Data and configuration both change.
bool two_sided(const space::Variance& variance);

/// Verdicts of one call, trials x images.
struct Judged {
  Verdicts guide, numeric, crash;
  std::vector<std::vector<oracle::Observation>> observed;

  const Verdicts& of(const std::string& oracle) const;
};

/// Runs trials and judges them: the guiding oracle, and numeric and crash beside it.
class Bench {
 public:
  /// `reference`: observations of the reference variance, one per image of the dataset. All must outlive this.
  Bench(eval::Evaluator& evaluator, const Dataset& dataset, const std::vector<oracle::Observation>& reference,
        const oracle::Oracle& guide);

  Judged run(std::span<const space::Trial> trials);
  /// The verdict of `oracle` on one observation; `against` is what it is compared with.
  oracle::Verdict judge(const oracle::Oracle& oracle, const oracle::Observation& against,
                        const oracle::Observation& observed, ImageIndex image) const;
  bool eligible(const oracle::Oracle& oracle, ImageIndex image) const;

  const oracle::Oracle& guide() const { return guide_; }
  const std::vector<oracle::Observation>& reference() const { return reference_; }
  /// Forward passes of the reference configuration that `divergence` needed beside the trials.
  std::uint64_t extra_evaluations() const { return extra_; }
  /// Pictures that a transform could not make of an image that decodes: they count as no failure.
  std::uint64_t pictures_not_made() const { return not_made_; }
  const std::string& first_not_made() const { return first_not_made_; }

 private:
  void note_picture(const oracle::Observation& observed, ImageIndex image);

  eval::Evaluator& evaluator_;
  const Dataset& dataset_;
  const std::vector<oracle::Observation>& reference_;
  const oracle::Oracle& guide_;
  std::uint64_t extra_ = 0;
  std::uint64_t not_made_ = 0;
  std::string first_not_made_;
};

}  // namespace robustcheck::app
