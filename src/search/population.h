#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/search/strategy.h"

namespace robustcheck::search {

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

/// Everybody that was tried, in cells: by the set of active genes, and by the strongest gene. Parents come from it.
class Population {
 public:
  explicit Population(space::Catalogue catalogue) : catalogue_(std::move(catalogue)) {}

  /// Fills in magnitude and cells. Returns its index.
  std::size_t add(Member member);
  Member& operator[](std::size_t i) { return members_[i]; }
  const Member& operator[](std::size_t i) const { return members_[i]; }
  std::size_t size() const { return members_.size(); }
  /// True when somebody has exactly these genes.
  bool has_set(const space::Variance& variance) const;
  bool empty() const { return members_.empty(); }
  /// True while no member is nearer to failing than the reference: there is no slope to follow.
  bool flat() const;

  /// With p = 0.8 a random member of a random cell (by strongest gene or by set), else one near the best of
  /// V - w x magnitude for a random w.
  const Member& parent(Rng& rng, bool by_set) const;
  /// One with a large excess, or any parent.
  const Member& pair_parent(Rng& rng, bool by_set) const;
  std::size_t strongest() const;  ///< the largest V; size() > 0
  /// The most severe failing member per set of genes that saw fewer than `blocks`, at most `most`.
  std::vector<std::size_t> to_promote(std::size_t blocks, std::size_t most) const;
  /// Data alone is remembered; what adds a configuration to it (`together`) is compared with it.
  void note_excess(std::size_t member, bool together);

 private:
  space::Catalogue catalogue_;
  std::vector<Member> members_;
  std::map<std::string, std::vector<std::size_t>> set_cells_, gene_cells_;
  std::map<std::string, std::uint64_t> data_failures_;  ///< of data alone on the first block, by variance
};

}  // namespace robustcheck::search
