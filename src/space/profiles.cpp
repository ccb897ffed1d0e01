#include <algorithm>
#include <functional>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/space/space.h"

namespace robustcheck::space {
namespace {

/// Ranges by eye on photographs: mild = not noticed at a glance, moderate = noticed, the content still obvious.
/// A strength that is not listed gets a quarter (mild) or half (moderate) of its registered range.
struct Strengths {
  const char* transform;
  const char* parameter;
  Range mild;
  Range moderate;
};
constexpr Strengths kStrengths[] = {
    {"rotate", "degrees", {-7, 7}, {-20, 20}},
    {"translate", "x", {-0.04, 0.04}, {-0.1, 0.1}},
    {"translate", "y", {-0.04, 0.04}, {-0.1, 0.1}},
    {"zoom", "factor", {0.92, 1.1}, {0.8, 1.3}},
    {"shear", "x", {-0.05, 0.05}, {-0.15, 0.15}},
    {"shear", "y", {-0.05, 0.05}, {-0.15, 0.15}},
    {"brightness", "offset", {-0.08, 0.08}, {-0.2, 0.2}},
    {"contrast", "factor", {0.8, 1.25}, {0.5, 1.6}},
    {"saturation", "factor", {0.7, 1.3}, {0.4, 1.7}},
    {"gaussian_noise", "sigma", {0, 0.03}, {0, 0.1}},
    {"gaussian_blur", "sigma", {0, 1}, {0, 3}},
    {"motion_blur", "length", {0, 0.02}, {0, 0.07}},
    {"jpeg", "quality", {75, 100}, {30, 100}},
    {"occlude", "area", {0, 0.02}, {0, 0.1}},
};

enum class Level { mild, moderate, severe };

Range range_of(const TransformInfo& info, const Parameter& parameter, Level level) {
  if (!parameter.strength || level == Level::severe) return {parameter.low, parameter.high};
  for (const Strengths& row : kStrengths)
    if (info.name == row.transform && parameter.name == row.parameter)
      return level == Level::mild ? row.mild : row.moderate;
  const double share = level == Level::mild ? 0.25 : 0.5;
  return {parameter.at(-share), parameter.at(share)};
}

TransformGene gene_of(const TransformInfo& info, Level level) {
  TransformGene gene{info, {}};
  for (const Parameter& parameter : info.parameters) gene.ranges.push_back(range_of(info, parameter, level));
  return gene;
}

KnobGene gene_of(const KnobInfo& info) { return {info, {info.values.begin() + 1, info.values.end()}}; }

void widen(TransformGene& gene, const TransformGene& other) {
  for (std::size_t i = 0; i < gene.ranges.size(); ++i) {
    gene.ranges[i].low = std::min(gene.ranges[i].low, other.ranges[i].low);
    gene.ranges[i].high = std::max(gene.ranges[i].high, other.ranges[i].high);
  }
}

void add_transforms(Space& space, const Catalogue& catalogue, Level level) {
  for (const TransformInfo& info : catalogue.transforms) {
    const auto same = [&](const TransformGene& gene) { return gene.info.name == info.name; };
    const auto found = std::find_if(space.transforms.begin(), space.transforms.end(), same);
    if (found == space.transforms.end())
      space.transforms.push_back(gene_of(info, level));
    else
      widen(*found, gene_of(info, level));
  }
}

void add_profile(Space& space, const std::string& name, const Catalogue& catalogue) {
  if (name == "mild") add_transforms(space, catalogue, Level::mild);
  if (name == "moderate") add_transforms(space, catalogue, Level::moderate);
  if (name == "severe") add_transforms(space, catalogue, Level::severe);
  if (name == "deployment")
    for (const KnobInfo& info : catalogue.knobs)
      if (space.find_knob(info.name) == nullptr) space.knobs.push_back(gene_of(info));
}

/// Applies "a,b" (only these), "-c" (drop) and "none" to a list of genes; `add` appends the gene of an unlisted name.
template <class Gene>
void select(std::vector<Gene>& genes, const std::vector<std::string>& list, const std::string& option,
            const std::function<Gene(const std::string&)>& make) {
  const auto named = [](const std::string& name) {
    return [name](const Gene& gene) { return gene.info.name == name; };
  };
  std::vector<std::string> kept;
  for (const std::string& item : list) {
    if (item == "none") continue;
    if (item.starts_with('-')) {
      make(item.substr(1));
      std::erase_if(genes, named(item.substr(1)));
    } else {
      kept.push_back(item);
    }
  }
  const bool none = std::find(list.begin(), list.end(), "none") != list.end();
  if (none && list.size() > 1) throw Error(ErrorKind::usage, option + ": 'none' stands alone");
  if (none) genes.clear();
  if (kept.empty()) return;
  std::vector<Gene> selected;
  for (const std::string& name : kept) {
    const auto found = std::find_if(genes.begin(), genes.end(), named(name));
    selected.push_back(found == genes.end() ? make(name) : *found);
  }
  genes = std::move(selected);
}

}  // namespace

const std::vector<Profile>& all_profiles() {
  static const std::vector<Profile> kProfiles = {
      {"mild", "data: changes that a person would not notice at a glance"},
      {"moderate", "data: changes that a person notices, the content still obvious"},
      {"severe", "data: the whole registered range of every transform"},
      {"deployment", "configuration: what differs between a training notebook and a deployment"},
  };
  return kProfiles;
}

Space make_space(const SpaceRequest& request, const Catalogue& catalogue) {
  Space space;
  space.max_transforms = request.max_transforms;
  std::vector<std::string> names;
  for (const Profile& profile : all_profiles()) names.push_back(profile.name);
  for (const std::string& name : request.profiles) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Error(ErrorKind::usage, "--profile: " + unknown_name("profile", name, names, "robustcheck list profiles"));
    add_profile(space, name, catalogue);
  }
  select<TransformGene>(space.transforms, request.transforms, "--transforms", [&](const std::string& name) {
    return gene_of(catalogue.transform(name, "--transforms"), Level::severe);
  });
  select<KnobGene>(space.knobs, request.knobs, "--knobs",
                   [&](const std::string& name) { return gene_of(catalogue.knob(name, "--knobs")); });
  return space;
}

}  // namespace robustcheck::space
