#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "robustcheck/app/judge.h"
#include "robustcheck/app/validity_gate.h"

namespace robustcheck::app {

/// What fails on the confirmation images, variance by variance: every (oracle, variance, image) runs once, and a
/// failure on a picture that the gate finds invalid is none. At the reference nothing fails: the images are eligible.
class UnseenOutcomes {
 public:
  /// Indices into the confirmation images.
  using Positions = std::vector<std::size_t>;

  /// `bench` and `gate` must outlive this.
  /// `broken_fails`: an image without a usable output (numeric, crash) fails too, whatever the oracle.
  UnseenOutcomes(Bench& bench, ValidityGate& gate, std::vector<ImageIndex> images, bool broken_fails = false)
      : bench_(bench), gate_(gate), images_(std::move(images)), broken_fails_(broken_fails) {}

  /// What was measured elsewhere, on all images.
  void remember(const std::string& oracle, const space::Variance& variance, const analysis::Outcomes& outcomes);
  /// Evaluations that measure() would take.
  std::uint64_t cost(const std::string& oracle, std::span<const space::Variance> variances,
                     const Positions& positions) const;
  /// One Outcomes per variance, in the order of `positions`.
  std::vector<analysis::Outcomes> measure(const std::string& oracle, std::span<const space::Variance> variances,
                                          const Positions& positions);

  /// `count` positions that lie evenly (all, if there are fewer): the images lie sorted by class and reference margin.
  /// A smaller number is a part of a larger one, so that variances tested on different numbers share images.
  Positions spread(std::size_t count) const;
  std::size_t images() const { return images_.size(); }
  std::uint64_t evaluations() const { return evaluations_; }  ///< spent by measure()
  std::uint64_t broken() const { return broken_; }            ///< images without a usable output, all measures together

 private:
  static constexpr std::uint8_t kUnknown = 2;

  struct Missing {
    std::string key;
    Positions positions;
  };

  Positions unknown(const std::string& key, const Positions& positions) const;
  /// What measure() must run, each once.
  std::vector<Missing> missing(const std::string& oracle, std::span<const space::Variance> variances,
                               const Positions& positions, std::vector<space::Trial>& trials) const;
  analysis::Outcomes valid_failures(const std::string& oracle, const space::Trial& trial,
                                    const std::vector<oracle::Verdict>& verdicts);
  void add_broken(const Judged& judged, std::size_t trial, analysis::Outcomes& failing);

  Bench& bench_;
  ValidityGate& gate_;
  std::vector<ImageIndex> images_;
  bool broken_fails_;
  std::uint64_t broken_ = 0;
  std::map<std::string, std::vector<std::uint8_t>> known_;  ///< per image: 0, 1 or kUnknown
  std::uint64_t evaluations_ = 0;
};

}  // namespace robustcheck::app
