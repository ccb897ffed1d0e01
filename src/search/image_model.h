#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "robustcheck/search/strategy.h"
#include "similarity.h"

namespace robustcheck::search {

/// Predicts which variance breaks which image, from what was observed so far.
///
///   z        log odds of the failure, ln((1 + fitness) / (1 - fitness)): what a transform does to a network's scores
///            is nearer to a sum there than in probabilities
///   effect   z - z at the reference
///   predict  effect(i, v) = all(v) + class(v) + neighbours(v) + own offset(i) + own(v): each the average of what the
///            levels before leave over, weighted by the similarity to v of the variances that were tried and drawn to
///            zero where few were; class and neighbours beyond that as v itself did where it was tried on them.
///            Neighbours: images of the class in the same third of reference margins
///   score    predicted z / its uncertainty (larger, the less alike to v what the image has met): the order of the
///            probabilities of breaking it
///
/// Variances live in slots, at most `kSlots`: whoever adds one beyond that releases another first.
class ImageModel {
 public:
  static constexpr std::size_t kSlots = 512;

  explicit ImageModel(std::span<const SearchImage> images);

  bool full() const { return free_.empty(); }
  std::size_t add(Similarity::Coordinates coordinates);
  void release(std::size_t slot);
  /// `fitness` above -1. `image` is a position in `images`.
  void observe(std::size_t image, std::size_t slot, double fitness);
  /// The image will not be scored again.
  void leave(std::size_t image) { images_[image].gone = true; }
  /// After observing, before scoring.
  void fit();
  double score(std::size_t image, std::size_t slot) const;

  /// Of the variances of two slots, 0..1.
  double similarity(std::size_t a, std::size_t b) const { return similarity_[a * kSlots + b]; }
  std::size_t observations(std::size_t slot) const { return slots_[slot].observations.size(); }
  /// Mean effect on an average image.
  double effect(std::size_t slot) const { return slots_[slot].all; }
  /// The slot that brought the image nearest to failing; `kSlots`: none.
  std::size_t nearest(std::size_t image) const;

 private:
  struct Observation {
    std::size_t other = 0;  ///< slot or image
    double effect = 0.0;
  };
  struct Slot {
    bool used = false;
    Similarity::Coordinates coordinates;
    std::vector<Observation> observations;  ///< by image
    double all = 0.0;
  };
  struct Image {
    bool gone = false;
    double z = 0.0;  ///< at the reference
    std::size_t group[2] = {0, 0};
    double offset = 0.0;
    std::vector<Observation> observations;  ///< by slot
    std::vector<double> left;               ///< what the levels leave over, per observation
    std::vector<double> near_left;          ///< what alike variances did to the image taken out too
  };
  /// What one group of images left over on one variance.
  struct Cell {
    std::size_t slot = 0;
    double sum = 0.0, count = 0.0;
  };

  /// What the image itself showed about a variance.
  struct Own {
    double far = 0.0, near = 0.0;
    double most_alike = 0.0;
  };

  Own own(const Image& image, std::size_t slot) const;
  void fit_own();
  void fit_all();
  void fit_offsets();
  void fit_groups(std::size_t level);
  float group_effect(const std::vector<Cell>& cells, std::size_t slot) const;
  void fit_group(const std::vector<Cell>& cells, bool gone, float* effects) const;
  double group_effect(std::size_t level, std::size_t group, std::size_t slot) const {
    return group_effects_[level][group * kSlots + slot];
  }

  std::vector<Image> images_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;
  std::vector<float> similarity_;
  std::size_t groups_[2] = {0, 0};  ///< number per level: classes, neighbours
  std::vector<float> group_effects_[2];
  double spread_ = 1.0;  ///< standard deviation of what is left over
};

}  // namespace robustcheck::search
