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
/// as the rest pays for, and the strongest at every magnitude.
///
///   V = mean over images of clip(1 + fitness / reference margin, 0, 2): 0 as the reference, 1 at the boundary;
///       smooth long before the first failure
///   probe     V of every knob value alone is known before the search (Problem::knob_effects)
///   screen    every transform alone, each side at its end, on 8 telling images (screen.h); what fails there is
///             completed on all 32 at once. Rounds of 4, 8, 16 rows: a wide space fails at once
///   early     beside each round of the screen, three trials: whole chains that promise most by what is known so far,
///             under the strongest value of every knob; once that breaks most images, two of them combine strong knobs
///             with data that breaks some images but not most
///   combine   the strongest genes together, as many as a chain holds, and every knob that moved V; then the same
///             with effects x exp(N(0, 0.7)), later with fewer genes (combine.h); in a large space a third of the
///             combinations after each third of the screen
///   polish    the variance with the largest V: mirror or drop each active gene, add the strongest inactive ones; a
///             change that raises V is kept and the rest of the pass goes on from it; at most a twentieth of the budget
///   evolve    rounds of 8 trials:
///     stronger  4 trials: draw a magnitude m (mild ones more often, none at all in an eighth), take a parent near the
///               largest V among those of magnitude <= m, change it by one operator or a few (operators.h), or give it
///               the chain that promises most at m; every strength at most at m, in half of them exactly there. The
///               members that lead at each m are the front of (V, magnitude)
///     explore   4 trials: small sets of genes that nobody has, each gene as strong as an equal part of the failure
///               takes, predicted from the probe and the screen and corrected by what such sets did; only knobs that
///               carry a part of it (novelty.h). A tenth: children of random members of random cells
///   promote   rounds 8, 16, ...: the most severe variances, one per set of genes, get 32 images more, up to 128, so
///             that what leads the archive is no accident of its first 32
///   flat      while nothing moves V at all: fresh and dense variances only
///
/// A trial may come back with another variance than the one asked for (made milder, or rejected): what is learnt is
/// learnt about the one that was told. What each part brings, and what was tried and brought nothing:
/// tests/bench/effectiveness/results_20000.md; `--without PART` leaves one out.
///
/// Sources: strength against magnitude as two objectives, after Deb et al. 2002 (NSGA-II), one bound at a time (epsilon
/// constraint, Haimes et al. 1971); a cell per set of genes after Mouret and Clune 2015 (MAP-Elites, arXiv 1504.04909);
/// racing after Maron and Moore 1994. Searching data and configuration together: arXiv 2211.10012, whose algorithm is
/// not public; this is ours.
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
  void fill_early();
  std::size_t combinations_due() const;
  void fill_combinations(std::size_t due);
  void fill_polish();
  void fill_promotions();
  void fill_children();
  space::Variance stronger(Rng& rng);
  void explore(Rng& rng);
  bool uses(const char* part) const { return !problem_.without.contains(part); }
  void plan_polish(std::size_t member, std::size_t most);
  void learn(const Pending& pending, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void learn_row(std::size_t effect, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void learn_more(Member& member, std::span<const oracle::Verdict> verdicts);
  std::size_t add_member(const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  void add_completed(const Incomplete& few, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
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
