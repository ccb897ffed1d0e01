#include "image_model.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace robustcheck::search {
namespace {

constexpr double kLargestOdds = 14.0;  // beyond it probabilities are rounding
constexpr double kShrink = 4.0;        // observations that the prior of a level counts as
constexpr double kOwnShrink = 0.5;
constexpr double kSameShrink = 6.0;  // likewise, of the very same variance
constexpr double kLeastUncertainty = 0.05;
constexpr std::size_t kMarginParts = 3;

double log_odds(double fitness) {
  const double z = std::log1p(std::min(1.0, fitness)) - std::log1p(-std::max(-1.0, fitness));
  return std::clamp(std::isnan(z) ? 0.0 : z, -kLargestOdds, kLargestOdds);
}

/// Per image, the part of its class that its reference margin lies in.
std::vector<std::size_t> margin_parts(std::span<const SearchImage> images) {
  std::map<std::optional<Label>, std::vector<std::size_t>> classes;
  for (std::size_t i = 0; i < images.size(); ++i) classes[images[i].label].push_back(i);
  std::vector<std::size_t> parts(images.size(), 0);
  for (auto& [label, members] : classes) {
    std::ranges::stable_sort(members, {}, [&](std::size_t i) { return images[i].margin; });
    for (std::size_t k = 0; k < members.size(); ++k) parts[members[k]] = k * kMarginParts / members.size();
  }
  return parts;
}

}  // namespace

ImageModel::ImageModel(std::span<const SearchImage> images) : slots_(kSlots), similarity_(kSlots * kSlots, 0.0F) {
  std::map<std::optional<Label>, std::size_t> classes;
  const std::vector<std::size_t> parts = margin_parts(images);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::size_t label = classes.try_emplace(images[i].label, classes.size()).first->second;
    images_.push_back({false, log_odds(-images[i].margin), {label, label * kMarginParts + parts[i]}, 0.0, {}, {}, {}});
  }
  groups_[0] = classes.size();
  groups_[1] = classes.size() * kMarginParts;
  for (const std::size_t level : {0, 1}) group_effects_[level].assign(groups_[level] * kSlots, 0.0F);
  for (std::size_t slot = kSlots; slot > 0; --slot) free_.push_back(slot - 1);
}

std::size_t ImageModel::add(Similarity::Coordinates coordinates) {
  const std::size_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = {true, std::move(coordinates), {}, 0.0};
  for (std::size_t other = 0; other < kSlots; ++other) {
    if (!slots_[other].used) continue;
    const auto alike = static_cast<float>(Similarity::between(slots_[slot].coordinates, slots_[other].coordinates));
    similarity_[slot * kSlots + other] = similarity_[other * kSlots + slot] = alike;
  }
  return slot;
}

void ImageModel::release(std::size_t slot) {
  for (const Observation& observation : slots_[slot].observations)
    std::erase_if(images_[observation.other].observations, [&](const Observation& one) { return one.other == slot; });
  slots_[slot] = {};
  free_.push_back(slot);
}

void ImageModel::observe(std::size_t image, std::size_t slot, double fitness) {
  const double effect = log_odds(fitness) - images_[image].z;
  images_[image].observations.push_back({slot, effect});
  slots_[slot].observations.push_back({image, effect});
}

void ImageModel::fit() {
  for (int pass = 0; pass < 2; ++pass) {
    fit_all();
    fit_offsets();
  }
  for (Image& image : images_) {
    image.left.clear();
    for (const Observation& one : image.observations)
      image.left.push_back(one.effect - image.offset - slots_[one.other].all);
  }
  for (const std::size_t level : {0, 1}) fit_groups(level);
  fit_own();
  double squares = 0.0, count = 0.0;
  for (const Image& image : images_) {
    for (const double left : image.left) squares += left * left;
    count += static_cast<double>(image.left.size());
  }
  spread_ = count > 1.0 ? std::max(0.1, std::sqrt(squares / count)) : 1.0;
}

/// The most alike count much more than the rest: similarity squared.
void ImageModel::fit_all() {
  std::vector<double> sums(kSlots, 0.0), counts(kSlots, 0.0);
  double sum = 0.0, count = 0.0;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    for (const Observation& one : slots_[slot].observations) sums[slot] += one.effect - images_[one.other].offset;
    counts[slot] = static_cast<double>(slots_[slot].observations.size());
    sum += sums[slot];
    count += counts[slot];
  }
  const double mean = count > 0.0 ? sum / count : 0.0;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (!slots_[slot].used) continue;
    double above = kShrink * mean, below = kShrink;
    for (std::size_t other = 0; other < kSlots; ++other) {
      if (counts[other] == 0.0) continue;
      const double weight = similarity(slot, other) * similarity(slot, other);
      above += weight * sums[other];
      below += weight * counts[other];
    }
    slots_[slot].all = above / below;
  }
}

void ImageModel::fit_offsets() {
  for (Image& image : images_) {
    double sum = 0.0;
    for (const Observation& one : image.observations) sum += one.effect - slots_[one.other].all;
    image.offset = sum / (1.0 + static_cast<double>(image.observations.size()));
  }
}

/// What the images of a group have in common, taken out of what is left over.
void ImageModel::fit_groups(std::size_t level) {
  std::vector<std::map<std::size_t, Cell>> by_slot(groups_[level]);
  std::vector<bool> gone(groups_[level], true);
  for (const Image& image : images_) {
    if (!image.gone) gone[image.group[level]] = false;
    for (std::size_t k = 0; k < image.observations.size(); ++k) {
      const std::size_t slot = image.observations[k].other;
      Cell& cell = by_slot[image.group[level]][slot];
      cell.slot = slot;
      cell.sum += image.left[k];
      cell.count += 1.0;
    }
  }
  for (std::size_t group = 0; group < groups_[level]; ++group) {
    std::vector<Cell> cells;
    for (const auto& [slot, cell] : by_slot[group]) cells.push_back(cell);
    fit_group(cells, gone[group], group_effects_[level].data() + group * kSlots);
  }
  for (Image& image : images_)
    for (std::size_t k = 0; k < image.observations.size(); ++k)
      image.left[k] -= group_effect(level, image.group[level], image.observations[k].other);
}

float ImageModel::group_effect(const std::vector<Cell>& cells, std::size_t slot) const {
  const float* alike = similarity_.data() + slot * kSlots;
  double above = 0.0, below = kShrink;
  for (const Cell& cell : cells) {
    above += alike[cell.slot] * cell.sum;
    below += alike[cell.slot] * cell.count;
  }
  return static_cast<float>(above / below);
}

/// Of a group whose images are all gone only what they met is asked for.
void ImageModel::fit_group(const std::vector<Cell>& cells, bool gone, float* effects) const {
  if (gone) {
    for (const Cell& cell : cells) effects[cell.slot] = group_effect(cells, cell.slot);
  } else {
    for (std::size_t slot = 0; slot < kSlots; ++slot)
      if (slots_[slot].used) effects[slot] = group_effect(cells, slot);
  }
  for (const Cell& cell : cells)  // what it did to the group itself says more than what variances like it did
    effects[cell.slot] += static_cast<float>((cell.sum - cell.count * effects[cell.slot]) / (cell.count + kSameShrink));
}

ImageModel::Own ImageModel::own(const Image& image, std::size_t slot) const {
  double far = 0.0, far_weight = kOwnShrink, near = 0.0, near_weight = kOwnShrink;
  float most = 0.0F;
  for (std::size_t k = 0; k < image.observations.size(); ++k) {
    const float alike = similarity_[slot * kSlots + image.observations[k].other];
    const float square = alike * alike, very = square * square;
    far += alike * image.left[k];
    far_weight += alike;
    near += very * image.near_left[k];
    near_weight += very;
    most = std::max(most, alike);
  }
  return {far / far_weight, near / near_weight, static_cast<double>(most)};
}

/// First what alike variances did to the image, then what the very alike ones did beyond that.
void ImageModel::fit_own() {
  for (Image& image : images_) {
    if (image.gone) continue;
    image.near_left.assign(image.left.size(), 0.0);
    std::vector<double> rest = image.left;
    for (std::size_t k = 0; k < rest.size(); ++k) rest[k] -= own(image, image.observations[k].other).far;
    image.near_left = std::move(rest);
  }
}

double ImageModel::score(std::size_t image, std::size_t slot) const {
  const Image& one = images_[image];
  const Own met = own(one, slot);
  const double effect = slots_[slot].all + group_effect(0, one.group[0], slot) + group_effect(1, one.group[1], slot) +
                        one.offset + met.far + met.near;
  return (one.z + effect) / (spread_ * std::sqrt(1.0 - met.most_alike + kLeastUncertainty));
}

std::size_t ImageModel::nearest(std::size_t image) const {
  const std::vector<Observation>& all = images_[image].observations;
  const auto best = std::ranges::max_element(all, {}, &Observation::effect);
  return best == all.end() ? kSlots : best->other;
}

}  // namespace robustcheck::search
