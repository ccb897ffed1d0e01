#include "robustcheck/app/accuracy_change.h"

#include <cmath>

#include "robustcheck/analysis/statistics.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;

bool right(const Observation& observed, const Dataset& dataset, ImageIndex image) {
  return observed.predicted == *dataset[image].label;
}

/// The confirmation half by whether the reference is right; unreadable images are in neither.
struct Half {
  std::uint64_t right = 0;
  std::vector<ImageIndex> wrong;
};

Half confirmation_half(const Dataset& dataset, const Bench& bench, std::uint64_t split_seed) {
  Half half;
  for (ImageIndex i = 0; i < dataset.size(); ++i) {
    const Observation& reference = bench.reference()[i];
    if (!in_confirmation_half(dataset[i], split_seed) || reference.status == oracle::Status::image_error) continue;
    if (right(reference, dataset, i))
      half.right += 1;
    else
      half.wrong.push_back(i);
  }
  return half;
}

/// Of the images that are wrong at the reference, as many as belong to `sampled` of those that are right.
std::vector<ImageIndex> wrong_in_proportion(const Half& half, std::uint64_t sampled) {
  if (half.right == 0) return {};
  const auto count = static_cast<std::size_t>(std::llround(
      static_cast<double>(half.wrong.size()) * static_cast<double>(sampled) / static_cast<double>(half.right)));
  std::vector<ImageIndex> images;
  for (std::size_t i = 0; i < count; ++i) images.push_back(half.wrong[(2 * i + 1) * half.wrong.size() / (2 * count)]);
  return images;
}

std::uint64_t count_gained(const space::Variance& variance, const std::vector<ImageIndex>& wrong,
                           const Dataset& dataset, Bench& bench, ValidityGate& gate) {
  if (wrong.empty()) return 0;
  const space::Trial trial{variance, wrong};
  const Judged judged = bench.run({&trial, 1});
  std::vector<ImageIndex> gained;
  for (std::size_t i = 0; i < wrong.size(); ++i)
    if (right(judged.observed.front()[i], dataset, wrong[i])) gained.push_back(wrong[i]);
  return gained.size() - analysis::failures(gate.invalid(variance, gained));
}

}  // namespace

std::uint64_t measure_accuracy(ConfirmOutcome& confirmed, const Dataset& dataset, Bench& bench, ValidityGate& gate,
                               std::uint64_t split_seed, std::uint64_t allowance) {
  if (!dataset.labelled) return 0;
  std::vector<std::size_t> were_right;
  for (std::size_t i = 0; i < confirmed.images.size(); ++i)
    if (right(bench.reference()[confirmed.images[i]], dataset, confirmed.images[i])) were_right.push_back(i);
  const std::vector<ImageIndex> wrong =
      wrong_in_proportion(confirmation_half(dataset, bench, split_seed), were_right.size());
  const auto total = static_cast<double>(were_right.size() + wrong.size());
  std::uint64_t spent = 0;
  for (Confirmed& one : confirmed.confirmed) {
    if (total == 0.0 || spent + wrong.size() > allowance) break;
    report::AccuracyChange change;
    for (const std::size_t i : were_right) change.lost += one.wrong[i];
    change.gained = count_gained(one.found.variance, wrong, dataset, bench, gate);
    spent += wrong.size();
    change.images = were_right.size() + wrong.size();
    change.reference = static_cast<double>(were_right.size()) / total;
    change.observed = static_cast<double>(were_right.size() - change.lost + change.gained) / total;
    change.p_value = analysis::mcnemar_p_value(change.gained, change.lost);
    one.found.accuracy = change;
  }
  return spent;
}

}  // namespace robustcheck::app
