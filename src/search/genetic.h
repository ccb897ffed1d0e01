#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "novelty.h"
#include "operators.h"
#include "population.h"
#include "robustcheck/search/strategy.h"
#include "screen.h"
#include "tried.h"

namespace robustcheck::search {

/// Screen, combine, polish, evolve: first failures within a few per cent of the budget, then as many kinds of failure
/// as the rest pays for.
///
///   V = mean over images of clip(1 + fitness / reference margin, 0, 2): 0 as the reference, 1 at the boundary;
///       smooth long before the first failure
///   screen    every transform alone, each side at its end, and the knob values in groups that are halved while they
///             move V (screen.h), on 8 telling images; what fails there alone is completed on all 32 at once. The
///             first rounds are small: 4, 8, 16 rows. Beside each round a dense variance (operators.h): a few
///             transforms and half of the knobs, for the failures that need many genes
///   combine   the strongest genes together, as many as a chain holds, and every knob that moved V; then the same with
///             effects x exp(N(0, 0.7)), later with fewer genes (combine.h); in a large space a third of the
///             combinations after each third of the screen
///   polish    the variance with the largest V: mirror or drop each active gene, add the strongest inactive ones; a
///             change that raises V is kept and the rest of the pass goes on from it; at most a twentieth of the budget
///   evolve    8 children. Parent: with p = 0.8 a random member of a random cell (odd rounds: cell = set of active
///             genes; even rounds: strongest gene), else near the best of V - w x magnitude for a random w
///             (population.h). One operator or a few each, chosen uniformly (operators.h); in odd rounds four children
///             in five must have a set of genes that nobody has yet. While nothing moves V at all: fresh and dense
///             variances only
///   pairs     even rounds but those of promotions, in a space with both sides: a data side alone and the
///             same with strong knob values, so that the excess of the combination is known; half of them softened,
///             since where the data alone breaks everything nothing is left to interact; pairs with a large excess are
///             parents again
///   promote   rounds 8, 16, ...: the best variances, one per gene set, get 32 images more, up to 128, so that what
///             leads the archive is no accident of its first 32
///
/// A trial may come back with another variance than the one asked for (made milder, or rejected): what is learnt is
/// learnt about the one that was told.
///
/// Sources: non-dominated trade-off of strength and failure by random weights, after Deb et al. 2002 (NSGA-II); cells
/// after Mouret and Clune 2015 (MAP-Elites, arXiv 1504.04909); racing after Maron and Moore 1994; group testing after
/// Dorfman 1943. Searching data and configuration together: arXiv 2211.10012, whose algorithm is not public; this is
/// ours.
class Genetic : public Strategy {
 public:
  explicit Genetic(Problem problem);
  std::vector<space::Trial> ask(std::size_t evaluations_left) override;
  void tell(std::span<const space::Trial> trials, std::span<const std::vector<oracle::Verdict>> verdicts) override;

 private:
  enum class Purpose { screen, complete, member, novel, polish, promote };
  struct Pending {
    Purpose purpose = Purpose::member;
    std::size_t index = 0;  ///< screen: of its row; complete: of what is completed; promote: of the member
  };
  /// A screened gene that failed on the few images.
  struct Incomplete {
    space::Variance variance;
    double violation = 0.0;
    std::uint64_t failures = 0;
  };

  void choose_images();
  void push(space::Variance variance, const std::vector<ImageIndex>& images, Pending pending);
  void propose(space::Variance variance, Purpose purpose);
  void fill();
  void fill_incomplete();
  void fill_screen();
  std::size_t combinations_due() const;
  void fill_combinations(std::size_t due);
  void fill_polish();
  void fill_promotions();
  void fill_children();
  void fill_pairs(Rng& rng);
  space::Variance stronger(Rng& rng);
  void explore(Rng& rng);
  bool uses(const char* ingredient) const { return !problem_.without.contains(ingredient); }
  void plan_polish(std::size_t member, std::size_t most);
  void learn(const Pending& pending, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void learn_row(std::size_t effect, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void learn_more(Member& member, std::span<const oracle::Verdict> verdicts);
  std::size_t add_member(const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void add_completed(const Incomplete& few, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void note_excess(std::size_t member);
  double violation(const space::Trial& trial, std::span<const oracle::Verdict> verdicts) const;

  Problem problem_;
  Operators operators_;
  Novelty novelty_;
  Tried tried_;
  Population population_;
  std::vector<std::vector<ImageIndex>> blocks_;  ///< disjoint; each spread over classes and margins
  std::vector<ImageIndex> few_, rest_;           ///< of the first block: for the screen, and what completes it
  std::map<ImageIndex, double> margins_;
  std::optional<Screen> screen_;   ///< always there; made when the images are chosen
  std::vector<std::size_t> rows_;  ///< effects that the current round screens
  std::vector<Incomplete> incomplete_, completing_;
  std::size_t combined_ = 0;
  std::vector<space::Variance> polish_left_;
  std::optional<std::size_t> polished_;  ///< member that is being polished
  bool polish_done_ = false;
  std::uint64_t round_ = 0;
  std::vector<space::Trial> asked_;
  std::vector<Pending> pending_;
};

}  // namespace robustcheck::search
