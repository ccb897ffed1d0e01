#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/app/judge.h"
#include "robustcheck/app/validity_gate.h"
#include "robustcheck/report/report.h"
#include "robustcheck/search/strategy.h"

namespace robustcheck::app {

/// The worst that one image met.
struct WorstOfImage {
  ImageIndex image = 0;
  std::uint64_t evaluations = 0;  ///< until it broke, or all
  bool broken = false;            ///< by the guiding oracle, numeric or crash, on a valid picture
  bool wrong = false;             ///< the prediction was not the label, on a valid picture
  std::string oracle;
  double fitness = -1.0;
  space::Variance variance;  ///< that broke it, or came nearest
};

/// What each image of the search half met, trial by trial (--scope image). A strategy does not matter to it.
class ImageLedger {
 public:
  ImageLedger(const std::vector<search::SearchImage>& images, const Dataset& dataset, std::string guide);

  /// Failures of unbroken images on pictures that `gate` finds invalid become {false, -1} in `judged`; the rest is
  /// noted. Returns how many images broke.
  std::size_t record(const std::vector<space::Trial>& trials, Judged& judged, ValidityGate& gate);
  const std::vector<WorstOfImage>& images() const { return images_; }
  std::size_t broken() const;

 private:
  bool violated(const Judged& judged, std::size_t trial, std::size_t row) const;
  bool wrong(const Judged& judged, std::size_t trial, std::size_t row, ImageIndex image) const;
  void disregard_invalid(const space::Trial& trial, std::size_t t, Judged& judged, ValidityGate& gate,
                         std::vector<std::uint8_t>& invalid) const;
  bool note(WorstOfImage& own, const space::Variance& variance, const Judged& judged, std::size_t trial,
            std::size_t row) const;

  const Dataset& dataset_;
  std::string guide_;
  std::vector<WorstOfImage> images_;
  std::map<ImageIndex, std::size_t> position_;
};

/// Accuracy over the search half when each image meets the worst found for it; images wrong at the reference count as
/// wrong. It bounds the worst-case accuracy from above: more evaluations may break more. Null without labels.
std::optional<report::RobustAccuracyImage> robust_accuracy(const std::vector<WorstOfImage>& images,
                                                           const Dataset& dataset, const Bench& bench,
                                                           std::uint64_t split_seed);

/// per_image.jsonl, a line per image: {"image", "label", "evaluations", "broken", "oracle", "fitness", "variance"};
/// the variance is the one that broke it, or came nearest.
std::string per_image_lines(const std::vector<WorstOfImage>& images, const Dataset& dataset);

}  // namespace robustcheck::app
