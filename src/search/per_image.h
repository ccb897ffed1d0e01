#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "image_model.h"
#include "operators.h"
#include "robustcheck/search/strategy.h"
#include "similarity.h"
#include "tried.h"

namespace robustcheck::search {

/// The worst variance of each image (--scope image): worst-case accuracy, as in Engstrom et al. 2019, with a search in
/// place of their grid or random draws.
///
///   turn      every image that is not broken yet meets one more variance, one that it has not met; after k turns each
///             of them has met k. A broken image leaves: nothing more is spent on it, but by `tell` below
///   ask       up to 256 images of the turn, in random order. To choose from: all variances tried before (at most 512;
///             of those that broke least the oldest go) and 64 new ones. Each image takes the one that the model of
///             what breaks what (image_model.h) gives the best chance: so what broke an image goes to its neighbours
///             first (same class, near in reference margin, alike in what they bore so far). A new variance goes to 16
///             images at most before its first verdict; at most 8 configurations at a time, so that batches are full.
///             Fewer than 32 images that wait take several variances each, none alike, to fill a batch
///   new       one in two: a variance near the one that brought a random unbroken image nearest to failing; one in
///             four a child of two that broke many (tournaments of 2, operators.h); else a fresh one
///   tell      of the variances that broke most images one after another, on the 32 telling images, for at most a
///             twelfth of the evaluations: the rates on chosen images say nothing about other images, so the archive
///             ranks by these only (search_phase.h)
///
/// The first turn has only fresh variances. It learns about the variance that was told, which may be milder than the
/// one asked for. A fitness of -1 says that the picture was not valid: that image does not meet the variance again, its
/// turn is over like any other, and nothing is learnt.
///
/// Sources: Engstrom, Tran, Tsipras, Schmidt, Madry 2019, "Exploring the landscape of spatial robustness" (ICML,
/// arXiv 1712.02779), worst-of-k and grid; the choice by probability of improvement is Kushner 1964; the transfer
/// between images and this model are ours.
class PerImage : public Strategy {
 public:
  explicit PerImage(Problem problem);
  std::vector<space::Trial> ask(std::size_t evaluations_left) override;
  void tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) override;

 private:
  static constexpr std::size_t kNone = ImageModel::kSlots;

  struct Known {
    space::Variance variance;
    std::uint64_t broken = 0;
    std::uint64_t born = 0;
    bool tried = false;
    bool told = false;                ///< ran on the telling images
    std::vector<bool> met, observed;  ///< by image
  };
  struct Image {
    ImageIndex index = 0;
    bool broken = false;
    bool spent = false;  ///< in this ask nothing was left for it
    std::uint64_t turns = 0;
  };
  struct Choice {
    std::size_t image = 0, slot = 0;
  };

  std::vector<std::size_t> waiting(Rng& rng, std::size_t most);
  std::vector<std::size_t> slots() const;
  void add_new(Rng& rng);
  std::size_t add(const space::Variance& variance);
  void make_room();
  space::Variance proposal(Rng& rng) const;
  space::Variance near(const space::Variance& variance, Rng& rng) const;
  std::size_t parent(const std::vector<std::size_t>& tried, Rng& rng) const;
  struct Choices {
    std::vector<Choice> all;
    std::map<std::size_t, std::size_t> by_slot;                ///< how many images take it
    std::map<std::size_t, std::vector<std::size_t>> by_image;  ///< slots
  };
  std::vector<Choice> choose(const std::vector<std::size_t>& images, std::size_t each);
  Choices best_of(const std::vector<std::size_t>& allowed, const std::vector<std::size_t>& images,
                  std::size_t each) const;
  std::size_t best_for(std::size_t image, const std::vector<std::size_t>& allowed, const Choices& chosen) const;
  bool too_much(std::size_t slot, std::size_t image, const Choices& chosen) const;
  std::vector<std::size_t> kept(const std::vector<Choice>& choices) const;
  void forget(std::size_t slot);
  void forget_unchosen();
  std::size_t due_for_telling(std::size_t evaluations_left) const;
  std::size_t slot_of(const space::Variance& variance);
  std::string key_of(const space::Variance& variance) const;

  Problem problem_;
  space::Catalogue catalogue_;
  Operators operators_;
  Similarity similarity_;
  Tried tried_;
  ImageModel model_;
  std::vector<Image> images_;
  std::map<ImageIndex, std::size_t> position_;
  std::vector<ImageIndex> telling_;
  std::vector<std::optional<Known>> known_;  ///< by slot
  std::map<std::string, std::size_t> slot_of_;
  std::vector<space::Trial> asked_;
  std::uint64_t round_ = 0, spent_ = 0, spent_telling_ = 0;
};

}  // namespace robustcheck::search
