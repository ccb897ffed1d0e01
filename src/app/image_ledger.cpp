#include "robustcheck/app/image_ledger.h"

#include <algorithm>

#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {

using oracle::Verdict;
using space::Trial;

ImageLedger::ImageLedger(const std::vector<search::SearchImage>& images, const Dataset& dataset, std::string guide)
    : dataset_(dataset), guide_(std::move(guide)) {
  for (const search::SearchImage& image : images) {
    position_[image.index] = images_.size();
    images_.push_back({image.index, 0, false, false, guide_, -1.0, {}});
  }
}

bool ImageLedger::violated(const Judged& judged, std::size_t trial, std::size_t row) const {
  return judged.guide[trial][row].violated || judged.numeric[trial][row].violated || judged.crash[trial][row].violated;
}

bool ImageLedger::wrong(const Judged& judged, std::size_t trial, std::size_t row, ImageIndex image) const {
  return dataset_.labelled && judged.observed[trial][row].predicted != *dataset_[image].label;
}

/// Only unbroken images that fail or are predicted wrong are looked at.
void ImageLedger::disregard_invalid(const Trial& trial, std::size_t t, Judged& judged, ValidityGate& gate,
                                    std::vector<std::uint8_t>& invalid) const {
  std::vector<ImageIndex> suspects;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < trial.images.size(); ++row) {
    const ImageIndex image = trial.images[row];
    if (images_[position_.at(image)].broken) continue;
    if (!judged.guide[t][row].violated && !wrong(judged, t, row, image)) continue;
    suspects.push_back(image);
    rows.push_back(row);
  }
  const std::vector<std::uint8_t> found = gate.invalid(trial.variance, suspects);
  for (std::size_t s = 0; s < suspects.size(); ++s) {
    if (found[s] == 0) continue;
    invalid[rows[s]] = 1;
    judged.guide[t][rows[s]] = {false, -1.0};
  }
}

/// A crash is one on any picture.
bool ImageLedger::note(WorstOfImage& own, const space::Variance& variance, const Judged& judged, std::size_t trial,
                       std::size_t row) const {
  const Verdict& guide = judged.guide[trial][row];
  const bool breaks = violated(judged, trial, row);
  if (breaks || guide.fitness > own.fitness || own.evaluations == 1) {
    own.variance = variance;
    own.fitness = guide.violated || !breaks ? guide.fitness : 1.0;
  }
  if (!breaks) return false;
  own.broken = true;
  if (!guide.violated) own.oracle = judged.crash[trial][row].violated ? "crash" : "numeric";
  return true;
}

std::size_t ImageLedger::record(const std::vector<Trial>& trials, Judged& judged, ValidityGate& gate) {
  std::size_t broken = 0;
  for (std::size_t t = 0; t < trials.size(); ++t) {
    std::vector<std::uint8_t> invalid(trials[t].images.size(), 0);
    disregard_invalid(trials[t], t, judged, gate, invalid);
    for (std::size_t row = 0; row < trials[t].images.size(); ++row) {
      const ImageIndex image = trials[t].images[row];
      WorstOfImage& own = images_[position_.at(image)];
      if (own.broken) continue;
      ++own.evaluations;
      own.wrong = own.wrong || (invalid[row] == 0 && wrong(judged, t, row, image));
      broken += note(own, trials[t].variance, judged, t, row) ? 1 : 0;
    }
  }
  return broken;
}

std::size_t ImageLedger::broken() const {
  return static_cast<std::size_t>(std::ranges::count_if(images_, [](const WorstOfImage& one) { return one.broken; }));
}

std::optional<report::RobustAccuracyImage> robust_accuracy(const std::vector<WorstOfImage>& images,
                                                           const Dataset& dataset, const Bench& bench,
                                                           std::uint64_t split_seed) {
  if (!dataset.labelled || images.empty()) return std::nullopt;
  report::RobustAccuracyImage result;
  for (ImageIndex i = 0; i < dataset.size(); ++i)
    if (!in_confirmation_half(dataset[i], split_seed) && bench.reference()[i].status != oracle::Status::image_error)
      ++result.images;
  std::uint64_t evaluations = 0, survivors = 0;
  for (const WorstOfImage& one : images) {
    evaluations += one.evaluations;
    result.most_evaluations = std::max(result.most_evaluations, one.evaluations);
    result.broken += one.broken ? 1 : 0;
    survivors += !one.wrong && bench.reference()[one.image].predicted == *dataset[one.image].label ? 1 : 0;
  }
  result.evaluations_per_image = static_cast<double>(evaluations) / static_cast<double>(images.size());
  result.value = static_cast<double>(survivors) / static_cast<double>(result.images);
  result.ci95 = analysis::wilson(survivors, result.images);
  return result;
}

std::string per_image_lines(const std::vector<WorstOfImage>& images, const Dataset& dataset) {
  std::string text;
  for (const WorstOfImage& one : images) {
    const ImageFile& file = dataset[one.image];
    const Json line = {{"image", file.name},
                       {"label", file.label ? Json(*file.label) : Json()},
                       {"evaluations", one.evaluations},
                       {"broken", one.broken},
                       {"oracle", one.oracle},
                       {"fitness", one.evaluations > 0 ? Json(one.fitness) : Json()},
                       {"variance", space::to_json(one.variance, transform::catalogue())}};
    text += json_text(line) + '\n';
  }
  return text;
}

}  // namespace robustcheck::app
