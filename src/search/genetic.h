#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "operators.h"
#include "robustcheck/search/strategy.h"
#include "tried.h"

namespace robustcheck::search {

/// Screen, combine, polish, evolve: first failures within a few per cent of the budget, then as many kinds of failure
/// as the rest pays for.
///
///   V = mean over images of clip(1 + fitness / reference margin, 0, 2): 0 as the reference, 1 at the boundary;
///       smooth long before the first failure
///   screen    every gene alone, each side at its end, each knob value, in random order, on 8 telling images; a gene
///             that fails there is completed on all 32 at once
///   combine   the strongest genes together, as many as a chain holds, and the strongest value of each knob; then the
///             same with effects x exp(N(0, 0.7)), later with fewer genes; in a large space after each third of the
///             screen
///   polish    the variance with the largest V: mirror or drop each active transform, add each inactive one, change
///             each knob; the best change of a round that raises V is kept; one pass
///   evolve    8 children. Parent: with p = 0.8 a random member of a random cell (odd rounds: cell = set of active
///             genes; even rounds: strongest gene), else near the best of V - w x magnitude for a random w. One
///             operator each, chosen uniformly (operators.h)
///   pairs     rounds 2, 6, 10, ... where the space has both sides: a data side alone and the same with strong knob
///             values, so that the excess of the combination is known; pairs with a large excess are parents again
///   promote   rounds 4, 8, 12, ...: the best variances, one per gene set, get 32 images more, up to 128, so that what
///             leads the archive is no accident of its first 32
///
/// Sources: non-dominated trade-off of strength and failure by random weights, after Deb et al. 2002 (NSGA-II); cells
/// after Mouret and Clune 2015 (MAP-Elites, arXiv 1504.04909); racing after Maron and Moore 1994. Ingredients and their
/// measured worth: the project's prototype (screen, combine, polish and cells pay; a bandit over operators and a ridge
/// surrogate showed no effect at 500 candidates and are left out). The algorithm of arXiv 2211.10012 is not public;
/// this is ours.
class Genetic : public Strategy {
 public:
  explicit Genetic(Problem problem);
  std::vector<space::Trial> ask(std::size_t evaluations_left) override;
  void tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) override;

 private:
  /// A variance that was tried on at least one whole block of images.
  struct Member {
    space::Variance variance;
    double violation = 0.0;  ///< V on its first block
    double magnitude = 0.0;
    std::uint64_t images = 0, failures = 0;
    std::size_t blocks = 1;
    std::string set_cell, gene_cell;
    std::optional<double> excess;  ///< failures beyond those of the data alone, share of images
  };
  /// What one screened gene did alone.
  struct Effect {
    std::size_t gene = 0;  ///< transforms first, then knobs
    space::Variance alone;
    double violation = 0.0;
    std::uint64_t failures = 0;
  };
  enum class Purpose { screen, complete, member, polish, promote, together };
  struct Pending {
    Purpose purpose = Purpose::member;
    std::size_t index = 0;  ///< of the effect or member
  };

  void plan_screen();
  void propose(space::Variance variance, Purpose purpose);
  void fill_screen();
  std::size_t combinations_due() const;
  void fill_combinations(std::size_t due);
  void fill_polish();
  void fill_promotions();
  void fill_children();
  void fill_pairs();
  void propose_pair(const space::Variance& variance, Rng& rng);
  space::Assignment strong_knobs(Rng& rng) const;
  const Member& choose_pair_parent(Rng& rng);
  space::Variance combination(std::size_t serial);
  std::vector<space::Variance> polish_moves();
  const Member& choose_parent(Rng& rng);
  void learn(const Pending& pending, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void add_member(const space::Trial& trial, std::span<const oracle::Verdict> verdicts, const Effect* screened);
  void note_excess(Member& member, Purpose purpose);
  double violation(const space::Trial& trial, std::span<const oracle::Verdict> verdicts) const;

  Problem problem_;
  space::Catalogue catalogue_;
  Operators operators_;
  Tried tried_;
  std::vector<std::vector<ImageIndex>> blocks_;  ///< disjoint; each spread over classes and margins
  std::vector<ImageIndex> few_, rest_;           ///< of the first block: for the screen, and what completes it
  std::map<ImageIndex, double> margins_;
  std::vector<Effect> effects_;
  std::size_t screened_ = 0, combined_ = 0;
  std::vector<std::pair<space::Variance, std::size_t>> to_complete_;
  std::vector<Member> members_;
  std::map<std::string, std::vector<std::size_t>> set_cells_, gene_cells_;
  std::vector<space::Variance> polish_left_;
  std::optional<std::size_t> polished_;  ///< member that is being polished
  bool polish_done_ = false;
  std::map<std::string, std::uint64_t> data_failures_;  ///< of data alone on the first block, by variance
  std::uint64_t round_ = 0;
  std::vector<space::Trial> asked_;
  std::vector<Pending> pending_;
};

}  // namespace robustcheck::search
