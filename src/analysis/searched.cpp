#include "searched.h"

#include <algorithm>
#include <set>

#include "robustcheck/base/text.h"
#include "robustcheck/space/space.h"

namespace robustcheck::analysis {
namespace {

/// A value without effect would have given what the reference gives.
std::set<std::string> searched_values(const Findings& findings) {
  std::set<std::string> values;
  for (const auto& [value, reason] : findings.unavailable)
    if (reason == "no_effect") values.insert(value);
  for (const Json& row : findings.knobs)
    for (const Json& value : row.at("values")) values.insert(row.value("knob", "") + "=" + value.get<std::string>());
  return values;
}

bool over_its_range(const space::TransformGene& gene, const Findings& findings) {
  for (const Json& row : findings.transforms) {
    if (row.value("transform", "") != gene.info.name) continue;
    for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
      const Json& range = row.at("ranges").at(gene.info.parameters[i].name);
      if (range.at(0).get<double>() > gene.ranges[i].low || range.at(1).get<double>() < gene.ranges[i].high)
        return false;
    }
    return true;
  }
  return false;
}

bool any_of_class(const std::set<std::string>& values, const std::string& knob_class,
                  const space::Catalogue& catalogue) {
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    const space::KnobInfo* knob = catalogue.find_knob(value.substr(0, value.find('=')));
    return knob != nullptr && knob->knob_class == knob_class;
  });
}

/// "" where the report does not mention it.
std::string reason_of(const std::string& value, const Findings& findings) {
  const auto found = findings.unavailable.find(value);
  return found == findings.unavailable.end() ? "" : found->second;
}

Searched of_profiles(const space::Space& wanted, const std::set<std::string>& values, const Findings& findings) {
  Searched result;
  for (const space::TransformGene& gene : wanted.transforms)
    if (!over_its_range(gene, findings)) return {gene.info.name + " over the range of the profile", {}};
  bool any = !wanted.transforms.empty();
  for (const space::KnobGene& gene : wanted.knobs)
    for (const std::string& name : gene.values) {
      const std::string value = gene.info.name + "=" + name, reason = reason_of(value, findings);
      if (values.contains(value))
        any = true;
      else if (reason == "unavailable")
        result.not_here.push_back(value);
      else
        return {value + (reason.empty() ? "" : " (" + reason + ")"), {}};
    }
  if (!any) result.missing = "anything of the profile: unavailable on its machine are " + join(result.not_here, ", ");
  return result;
}

}  // namespace

Searched searched_of(const Selection& selection, const Findings& findings, const space::Catalogue& catalogue) {
  const std::set<std::string> values = searched_values(findings);
  if (!selection.knob_class.empty() && !any_of_class(values, selection.knob_class, catalogue))
    return {"any value of knob class " + selection.knob_class, {}};
  if (selection.profiles.empty()) return {};
  return of_profiles(space::make_space({.profiles = selection.profiles}, catalogue), values, findings);
}

}  // namespace robustcheck::analysis
