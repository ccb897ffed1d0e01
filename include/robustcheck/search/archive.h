#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "robustcheck/oracle/oracle.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::search {

/// What one image of the search half said of a variance.
struct Seen {
  ImageIndex image = 0;
  bool violated = false;
};

/// The best variance of one signature so far.
struct Candidate {
  std::string signature;
  std::string oracle;
  space::Variance variance;
  std::uint64_t images = 0;  ///< on how many the rate is measured
  std::uint64_t failures = 0;
  double mean_fitness = -1.0;
  double magnitude = 0.0;
  /// Two-sided variances only: failure rate beyond that of their data alone, where both were tried on equally many
  /// images.
  std::optional<double> excess;
  std::vector<Seen> seen;  ///< the images behind `images` and `failures`, each once
  double failure_rate() const { return images ? static_cast<double>(failures) / static_cast<double>(images) : 0.0; }
};

/// Keeps the best candidate per signature; only variances with at least one violation enter. Better = above the failure
/// limit where the other is not, else larger severity (Wilson lower bound of the rate x (1 - magnitude / 2)); ties keep
/// the older. A variance that is tried again on other images accumulates its counts. Beside the best, the two-sided
/// variance with the largest excess is kept per signature: where the data alone breaks almost everything, nothing is
/// left to interact.
class Archive {
 public:
  Archive(space::Catalogue catalogue, double failure_limit);
  /// True when the trial opened a new signature or improved one.
  bool add(const std::string& oracle, const space::Trial& trial, std::span<const oracle::Verdict> verdicts);
  /// All candidates, best severity first, ties by signature; those kept for their excess may repeat a signature.
  std::vector<Candidate> ranked() const;
  /// Signatures whose best has a failure rate above `limit` (lower end of Wilson's 95 % interval).
  std::size_t count_above(double limit) const;
  std::size_t size() const { return best_.size(); }

 private:
  bool better(const Candidate& candidate, const Candidate& other) const;
  bool keep_if_better(const Candidate& candidate);
  std::map<std::string, Candidate> largest_excess() const;

  space::Catalogue catalogue_;
  double failure_limit_;
  std::map<std::string, Candidate> measured_;  ///< by oracle and exact variance
  std::map<std::string, Candidate> best_;      ///< by signature
};

}  // namespace robustcheck::search
