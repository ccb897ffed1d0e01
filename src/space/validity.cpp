#include "robustcheck/space/validity.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "robustcheck/base/error.h"
#include "robustcheck/base/number.h"
#include "robustcheck/base/text.h"

namespace robustcheck::space {
namespace {

struct Field {
  std::string name;
  double Validity::* member;
};

const std::vector<Field>& fields() {
  static const std::vector<Field> kFields = {
      {"ssim", &Validity::ssim}, {"l0", &Validity::l0}, {"linf", &Validity::linf}, {"strong", &Validity::strong}};
  return kFields;
}

double share_of(const std::string& text, const std::string& place) {
  const std::optional<double> value = decimal(text);
  if (!value || *value < 0.0 || *value > 1.0)
    throw Error(ErrorKind::usage, place + ": '" + text + "' is no number in [0, 1]");
  return *value;
}

void move_towards_neutral(Step& step, const TransformInfo& info, double share) {
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    const Parameter& parameter = info.parameters[i];
    if (!parameter.strength) continue;
    const double moved = parameter.neutral + share * (step.values[i] - parameter.neutral);
    step.values[i] = parameter.integer ? std::round(moved) : moved;
  }
}

}  // namespace

bool Validity::accepts(const Distances& distances) const {
  return !enabled || distances.l0 < l0 || distances.linf < linf || distances.ssim > ssim;
}

Validity parse_validity(const std::vector<std::string>& parts, Validity defaults, const std::string& place) {
  std::vector<std::string> names;
  for (const Field& field : fields()) names.push_back(field.name);
  for (const std::string& part : parts) {
    if (part == "off" && parts.size() == 1) {
      defaults.enabled = false;
      continue;
    }
    const std::size_t equals = part.find('=');
    const auto found = std::find(names.begin(), names.end(), part.substr(0, equals));
    if (equals == std::string::npos || found == names.end())
      throw Error(ErrorKind::usage,
                  place + ": " + unknown_name("rule", part.substr(0, equals), names) + "; write off, or NAME=SHARE");
    defaults.*fields()[static_cast<std::size_t>(found - names.begin())].member =
        share_of(part.substr(equals + 1), place);
  }
  return defaults;
}

Json to_json(const Validity& validity) {
  if (!validity.enabled) return {{"enabled", false}};
  Json json = {{"enabled", true}};
  for (const Field& field : fields()) json[field.name] = validity.*field.member;
  return json;
}

Json to_json(const Distances& distances) {
  return {
      {"ssim", number_or_null(distances.ssim)}, {"l0", distances.l0}, {"linf", distances.linf}, {"l2", distances.l2}};
}

bool weaken_geometry(Variance& variance, const Validity& validity, const Catalogue& catalogue) {
  struct Strong {
    std::size_t step;
    double strength;
  };
  std::vector<Strong> strong;
  for (std::size_t i = 0; i < variance.data.size(); ++i) {
    const TransformInfo& info = catalogue.transform(variance.data[i].transform, "variance");
    const double strength = magnitude(variance.data[i], info);
    if (info.family == "geometry" && !info.local && strength > validity.strong) strong.push_back({i, strength});
  }
  if (!validity.enabled || strong.size() < 2) return false;
  const auto kept = std::max_element(strong.begin(), strong.end(),
                                     [](const Strong& a, const Strong& b) { return a.strength < b.strength; });
  for (auto one = strong.begin(); one != strong.end(); ++one) {
    Step& step = variance.data[one->step];
    if (one != kept)
      move_towards_neutral(step, catalogue.transform(step.transform, "variance"), validity.strong / one->strength);
  }
  variance = canonical(std::move(variance), catalogue);
  return true;
}

Variance milder(Variance variance, double share, const Catalogue& catalogue) {
  for (Step& step : variance.data) move_towards_neutral(step, catalogue.transform(step.transform, "variance"), share);
  return canonical(std::move(variance), catalogue);
}

}  // namespace robustcheck::space
