#pragma once

#include <map>
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
  std::string cell;  ///< its set of genes
  double failure_rate() const { return images ? static_cast<double>(failures) / static_cast<double>(images) : 0.0; }
};

/// Everybody that was tried, one cell per set of active genes (after MAP-Elites). Parents come from it.
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

  /// A random member of a random cell.
  const Member& any(Rng& rng) const;
  /// Near the largest V among those of at most this magnitude; the mildest of all if there is none.
  const Member& strong_within(double magnitude, Rng& rng) const;
  /// The mildest magnitude at which nearly the largest failure rate is reached: more strength gains nothing.
  double sufficient_magnitude() const;
  std::size_t strongest() const;  ///< the largest V; size() > 0
  /// The most severe failing member per set of genes that saw fewer than `blocks`, at most `most`.
  std::vector<std::size_t> to_promote(std::size_t blocks, std::size_t most) const;
  /// True when somebody breaks more images than middling data may.
  bool breaks_most() const;
  /// Data alone, at a strength that breaks something but not nearly everything; nullptr if there is none.
  const Member* middling_data(Rng& rng) const;

 private:
  space::Catalogue catalogue_;
  std::vector<Member> members_;
  std::map<std::string, std::vector<std::size_t>> cells_;
};

}  // namespace robustcheck::search
