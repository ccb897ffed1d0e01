#include "robustcheck/analysis/attribute.h"

#include <numeric>

#include "robustcheck/base/error.h"

namespace robustcheck::analysis {

std::uint64_t failures(const Outcomes& outcomes) {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

double rate(const Outcomes& outcomes) {
  return outcomes.empty() ? 0.0 : static_cast<double>(failures(outcomes)) / static_cast<double>(outcomes.size());
}

Attribution attribute(const Outcomes& data_alone, const Outcomes& config_alone, const Outcomes& both) {
  if (data_alone.size() != both.size() || config_alone.size() != both.size())
    throw Error(ErrorKind::internal, "attribute: outcomes of different images");
  std::uint64_t in_both = 0, gained = 0, saved = 0;
  for (std::size_t i = 0; i < both.size(); ++i) {
    const bool alone = data_alone[i] != 0 || config_alone[i] != 0;
    in_both += both[i] != 0 && alone ? 1 : 0;
    gained += both[i] != 0 && !alone ? 1 : 0;
    saved += both[i] == 0 && alone ? 1 : 0;
  }
  return {rate(data_alone), rate(config_alone), rate(both), paired_difference(in_both, gained, saved, both.size()),
          mcnemar_p_value_one_sided(gained, saved)};
}

}  // namespace robustcheck::analysis
