#include "selection.h"

#include <algorithm>

#include "robustcheck/space/space.h"

namespace robustcheck::analysis {
namespace {

bool within(const space::Step& step, const space::Space& space) {
  const space::TransformGene* gene = space.find_transform(step.transform);
  if (gene == nullptr) return false;
  for (std::size_t i = 0; i < gene->ranges.size(); ++i) {
    const bool strength = gene->info.parameters[i].strength;
    if (strength && (step.values[i] < gene->ranges[i].low || step.values[i] > gene->ranges[i].high)) return false;
  }
  return true;
}

bool within(const space::Variance& variance, const space::Space& space) {
  const auto has = [&](const auto& entry) {
    const space::KnobGene* gene = space.find_knob(entry.first);
    return gene != nullptr && std::find(gene->values.begin(), gene->values.end(), entry.second) != gene->values.end();
  };
  return variance.data.size() <= space.max_transforms &&
         std::all_of(variance.data.begin(), variance.data.end(),
                     [&](const space::Step& step) { return within(step, space); }) &&
         std::all_of(variance.config.begin(), variance.config.end(), has);
}

bool of_class(const space::Variance& variance, const std::string& knob_class, const space::Catalogue& catalogue) {
  return std::any_of(variance.config.begin(), variance.config.end(), [&](const auto& entry) {
    const space::KnobInfo* knob = catalogue.find_knob(entry.first);
    return knob != nullptr && knob->knob_class == knob_class;
  });
}

}  // namespace

bool selected(const space::Variance& variance, double magnitude, const Selection& selection,
              const space::Catalogue& catalogue) {
  if (selection.magnitude_at_most && magnitude > *selection.magnitude_at_most) return false;
  if (!selection.knob_class.empty() && !of_class(variance, selection.knob_class, catalogue)) return false;
  return selection.profiles.empty() || within(variance, space::make_space({.profiles = selection.profiles}, catalogue));
}

bool could_break(const Limit& limit, const Suspect& suspect, const space::Catalogue& catalogue) {
  if (!selected(suspect.variance, suspect.magnitude, limit.selection, catalogue)) return false;
  const double worst = wilson(suspect.failures, suspect.images).high;
  if (limit.measure == "max_worst_class_drop") return true;  // one class may lose everything
  if (limit.measure == "min_robust_accuracy") return worst > 1.0 - limit.value;
  return limit.measure != "max_detectable_rate" && worst > limit.value;
}

bool allowed(const Policy& policy, const std::string& signature, const std::string& today) {
  return std::any_of(policy.allow.begin(), policy.allow.end(),
                     [&](const Allowance& one) { return one.signature == signature && today <= one.expires; });
}

}  // namespace robustcheck::analysis
