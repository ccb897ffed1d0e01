#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/attribute.h"
#include "robustcheck/app/judge.h"
#include "robustcheck/search/archive.h"

namespace robustcheck::app {

/// Outcomes of variances on the test images of minimising, measured once, as far as they were needed, within an
/// allowance of evaluations.
class Measurements {
 public:
  static constexpr std::size_t kChunk = 32;  ///< one reference batch

  Measurements(Bench& bench, std::vector<ImageIndex> images, std::uint64_t allowance)
      : bench_(bench), images_(std::move(images)), allowance_(allowance) {}

  /// At least `count` outcomes (a prefix of the test images), or nullptr when the allowance ran out.
  const analysis::Outcomes* measure(const std::string& oracle, const space::Variance& variance, std::size_t count);
  /// Data alone, configuration alone and both on the first `count` test images; nullopt: the allowance ran out.
  std::optional<analysis::Attribution> attribution(const std::string& oracle, const space::Variance& variance,
                                                   std::size_t count);

  /// As far as it was measured.
  const analysis::Outcomes& known(const std::string& oracle, const space::Variance& variance);
  /// On other images; empty when the allowance ran out.
  std::vector<search::Seen> on(const std::string& oracle, const space::Variance& variance,
                               const std::vector<ImageIndex>& images);

  std::size_t images() const { return images_.size(); }
  std::uint64_t spent() const { return spent_; }
  std::uint64_t left() const { return allowance_ - spent_; }
  /// What the next steps may spend together.
  void allow(std::uint64_t evaluations);

 private:
  Bench& bench_;
  std::vector<ImageIndex> images_;
  std::uint64_t allowance_ = 0;
  std::uint64_t limit_ = 0;
  std::uint64_t spent_ = 0;
  std::map<std::string, analysis::Outcomes> known_;
};

}  // namespace robustcheck::app
