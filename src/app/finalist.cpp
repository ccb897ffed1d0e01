#include "robustcheck/app/finalist.h"

#include <algorithm>
#include <string>

namespace robustcheck::app {
namespace {

constexpr double kBeyond = 1.25;  // a larger variance must fail this much more often to be worth reporting
constexpr std::size_t kFewestCommon = 16;

/// What explains() compares, sorted once.
struct Profile {
  const Finalist* finalist = nullptr;
  std::vector<std::string> genes;
  std::vector<search::Seen> seen;  ///< by image
};

Profile profile_of(const Finalist& finalist) {
  Profile profile{&finalist, space::genes(finalist.variance), finalist.seen};
  std::sort(profile.seen.begin(), profile.seen.end(),
            [](const search::Seen& a, const search::Seen& b) { return a.image < b.image; });
  return profile;
}

/// The larger one fails less than kBeyond times as often on common images.
bool no_worse(const Profile& smaller, const Profile& larger) {
  std::uint64_t common = 0, smaller_fails = 0, larger_fails = 0;
  auto other = smaller.seen.begin();
  for (const search::Seen& seen : larger.seen) {
    while (other != smaller.seen.end() && other->image < seen.image) ++other;
    if (other == smaller.seen.end()) break;
    if (other->image != seen.image) continue;
    common += 1;
    smaller_fails += other->violated ? 1 : 0;
    larger_fails += seen.violated ? 1 : 0;
  }
  return common >= kFewestCommon && static_cast<double>(larger_fails) < kBeyond * static_cast<double>(smaller_fails);
}

bool explains(const Profile& smaller, const Profile& larger) {
  if (smaller.finalist->oracle != larger.finalist->oracle) return false;
  if (!std::includes(larger.genes.begin(), larger.genes.end(), smaller.genes.begin(), smaller.genes.end()))
    return false;
  return larger.finalist->interaction <= kBeyond * smaller.finalist->interaction && no_worse(smaller, larger);
}

bool same_variance(const Finalist& one, const search::Candidate& other) {
  return one.oracle == other.oracle && one.variance == other.variance;
}

bool stands_for(const Finalist& minimised, std::size_t candidate) {
  return minimised.candidate == candidate ||
         std::find(minimised.merged.begin(), minimised.merged.end(), candidate) != minimised.merged.end();
}

}  // namespace

bool explains(const Finalist& smaller, const Finalist& larger) {
  return explains(profile_of(smaller), profile_of(larger));
}

std::vector<Finalist> all_finalists(const std::vector<search::Candidate>& candidates, std::vector<Finalist> minimised,
                                    std::span<const double> interactions) {
  std::vector<Finalist> all = std::move(minimised);
  std::stable_sort(all.begin(), all.end(),
                   [](const Finalist& a, const Finalist& b) { return a.severity() > b.severity(); });
  const std::size_t count = all.size();
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
    const auto same =
        std::find_if(all.begin(), end, [&](const Finalist& one) { return same_variance(one, candidates[c]); });
    if (same == end)
      all.push_back({candidates[c], false, false, c, {}, c < interactions.size() ? interactions[c] : 0.0});
    else if (!stands_for(*same, c))
      same->merged.push_back(c);
  }
  return all;
}

std::vector<analysis::Hypothesis> hypotheses_of(const std::vector<Finalist>& finalists, bool own_only) {
  std::vector<Profile> profiles;
  for (const Finalist& finalist : finalists) profiles.push_back(profile_of(finalist));
  std::vector<analysis::Hypothesis> all(finalists.size());
  for (std::size_t i = 0; i < finalists.size(); ++i) {
    if (finalists[i].reduced) continue;
    for (std::size_t e = 0; e < finalists.size(); ++e) {
      if (e == i) continue;
      const bool own = finalists[e].reduced && stands_for(finalists[e], finalists[i].candidate);
      const bool before = profiles[e].genes.size() < profiles[i].genes.size() || e < i;
      if (own || (!own_only && before && explains(profiles[e], profiles[i]))) all[i].explainers.push_back(e);
    }
  }
  return all;
}

}  // namespace robustcheck::app
