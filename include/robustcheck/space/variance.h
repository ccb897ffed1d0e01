#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "robustcheck/base/dataset.h"
#include "robustcheck/base/json.h"
#include "robustcheck/space/catalogue.h"

namespace robustcheck::space {

enum class Border { reflect, replicate, black };
/// "reflect", "replicate", "black".
const std::string& border_name(Border border);

/// One transform with its values, in the order of TransformInfo::parameters.
struct Step {
  std::string transform;
  std::vector<double> values;
  Border border = Border::reflect;

  bool operator==(const Step&) const = default;
};

/// Knob name -> value; a knob that is missing has its reference value.
using Assignment = std::map<std::string, std::string>;

/// An ordered list of transforms and an assignment of knobs. The empty variance is the reference.
struct Variance {
  std::vector<Step> data;
  Assignment config;
  std::uint64_t seed = 0;  ///< of the randomness inside the transforms

  bool operator==(const Variance&) const = default;
};

/// What a strategy asks for: one variance on some images. Costs images.size() evaluations.
struct Trial {
  Variance variance;
  std::vector<ImageIndex> images;
};

/// Reads a variance as users write it (DESIGN, Contract) and makes it canonical. Throws Error{usage}: unknown names,
/// values outside the registered range, a border where none applies.
Variance variance_from_json(const Json& json, const Catalogue& catalogue, const std::string& place);
/// Writes what variance_from_json reads; neutral parameters and the default border are left out, seed 0 too.
Json to_json(const Variance& variance, const Catalogue& catalogue);

/// True when every strength is neutral: the step does nothing. `info` describes step.transform.
bool is_neutral(const Step& step, const TransformInfo& info);
/// The largest share of range over the strengths of a step, in [0, 1]. `info` describes step.transform.
double magnitude(const Step& step, const TransformInfo& info);
/// Without neutral steps and reference knobs.
Variance canonical(Variance variance, const Catalogue& catalogue);

/// The largest share of range over all strengths of all steps, in [0, 1] (DESIGN 2).
double magnitude(const Variance& variance, const Catalogue& catalogue);

/// Names of the active genes, sorted: transforms as "rotate", knobs as "precision=bf16".
std::vector<std::string> genes(const Variance& variance);
/// "label:jpeg+rotate|precision=bf16"; no "|" without knobs.
std::string signature(const std::string& oracle, const Variance& variance);

/// A value of a parameter as a person reads it: "12.5 degrees", "8 %" for shares, "0.9".
std::string with_unit(double value, const Parameter& parameter);
/// What changes, in words: "rotate 12.5 degrees (reflect border), then jpeg quality 45; precision bf16". "nothing" if
/// empty.
std::string describe(const Variance& variance, const Catalogue& catalogue);

/// The same variance without its configuration, or without its data.
Variance data_only(Variance variance);
Variance config_only(Variance variance);

Json to_json(const Assignment& config, const Catalogue& catalogue);

}  // namespace robustcheck::space
