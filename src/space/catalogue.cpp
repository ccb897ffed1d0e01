#include "robustcheck/space/catalogue.h"

#include <algorithm>

#include "knobs.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::space {
namespace {

template <class Info>
const Info* find_by_name(const std::vector<Info>& infos, const std::string& name) {
  const auto found = std::find_if(infos.begin(), infos.end(), [&](const Info& info) { return info.name == name; });
  return found == infos.end() ? nullptr : &*found;
}

template <class Info>
const Info& require(const std::vector<Info>& infos, const std::string& name, const std::string& place,
                    const std::string& what) {
  if (const Info* info = find_by_name(infos, name)) return *info;
  std::vector<std::string> names;
  for (const Info& info : infos) names.push_back(info.name);
  throw Error(ErrorKind::usage, place + ": " + unknown_name(what, name, names, "robustcheck list " + what + "s"));
}

}  // namespace

std::size_t TransformInfo::index_of(const std::string& parameter) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const Parameter& candidate) { return candidate.name == parameter; });
  return static_cast<std::size_t>(found - parameters.begin());
}

bool KnobInfo::has(const std::string& value) const {
  return std::find(values.begin(), values.end(), value) != values.end();
}

const TransformInfo* Catalogue::find_transform(const std::string& name) const { return find_by_name(transforms, name); }
const KnobInfo* Catalogue::find_knob(const std::string& name) const { return find_by_name(knobs, name); }

const TransformInfo& Catalogue::transform(const std::string& name, const std::string& place) const {
  return require(transforms, name, place, "transform");
}

const KnobInfo& Catalogue::knob(const std::string& name, const std::string& place) const {
  return require(knobs, name, place, "knob");
}

const std::vector<KnobInfo>& all_knobs() {
  static const std::vector<KnobInfo> kKnobs = [] {
    std::vector<KnobInfo> knobs;
    for (const KnobTable& table : {numerical_knobs(), quantization_knobs(), preprocessing_knobs(), structural_knobs()})
      knobs.insert(knobs.end(), table.begin(), table.end());
    return knobs;
  }();
  return kKnobs;
}

Catalogue with_variants(Catalogue catalogue, const std::vector<std::string>& names) {
  for (KnobInfo& knob : catalogue.knobs)
    if (knob.name == "model_variant") knob.values.insert(knob.values.end(), names.begin(), names.end());
  return catalogue;
}

}  // namespace robustcheck::space
