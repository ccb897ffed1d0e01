#pragma once

#include <optional>
#include <string>
#include <vector>

#include "robustcheck/base/dataset.h"
#include "robustcheck/oracle/observation.h"

namespace robustcheck::oracle {

/// One image, one oracle. fitness in [-1, 1]: smooth, higher is closer to failing.
struct Verdict {
  bool violated = false;
  double fitness = -1.0;
};

/// `reference`: the reference variance on the same image; for divergence, the reference configuration on the same
/// perturbed image. Pure.
using Judge = Verdict (*)(const Observation& reference, const Observation& observed, std::optional<Label> label);
/// Whether an image counts, from its reference observation.
using Eligible = bool (*)(const Observation& reference, std::optional<Label> label);

struct Oracle {
  std::string name;
  std::string summary;
  Eligible eligible;
  Judge judge;
  bool needs_labels = false;
  bool needs_reference_configuration = false;  ///< judged against D alone on the same image
};

/// label, consistency, divergence, numeric, crash (DESIGN "Meaning").
const std::vector<Oracle>& all_oracles();
/// Throws Error{usage} with did-you-mean.
const Oracle& find_oracle(const std::string& name);

}  // namespace robustcheck::oracle
