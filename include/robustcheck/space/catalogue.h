#pragma once

#include <span>
#include <string>
#include <vector>

#include "robustcheck/space/parameter.h"

namespace robustcheck::space {

/// What a transform is, without its code.
struct TransformInfo {
  std::string name;
  std::string family;   ///< geometry, light, noise, blur, weather, digital, occlusion
  std::string summary;  ///< one sentence
  std::string source;   ///< where the definition comes from
  std::vector<Parameter> parameters;
  bool has_border = false;  ///< takes a "border": reflect, replicate, black
  bool monotone = true;     ///< mean absolute difference grows with each strength
  bool stochastic = false;  ///< draws random numbers
  bool local = false;       ///< geometric, but tears the picture where it is strong: the validity rule measures it

  std::size_t index_of(const std::string& parameter) const;  ///< parameters.size() if unknown
};

/// What a configuration knob is, without its code. values[0] is the reference value.
struct KnobInfo {
  std::string name;
  std::string knob_class;  ///< numerical, quantization, preprocessing, structural
  std::string scope;       ///< call, model, process
  std::vector<std::string> values;
  std::string summary;  ///< one sentence
  std::string source;
  bool numeric = false;  ///< values are written as JSON numbers

  const std::string& reference() const { return values.front(); }
  bool has(const std::string& value) const;
};

/// Everything that a variance may name. Lookups throw Error{usage} "<place>: unknown transform ..." with did-you-mean.
struct Catalogue {
  std::vector<TransformInfo> transforms;
  std::vector<KnobInfo> knobs;

  const TransformInfo* find_transform(const std::string& name) const;
  const KnobInfo* find_knob(const std::string& name) const;
  const TransformInfo& transform(const std::string& name, const std::string& place) const;
  const KnobInfo& knob(const std::string& name, const std::string& place) const;
};

/// Every knob, in the order in which `list knobs` shows them.
const std::vector<KnobInfo>& all_knobs();

/// `catalogue` with `names` as further values of the knob model_variant: only a command line knows them.
Catalogue with_variants(Catalogue catalogue, const std::vector<std::string>& names);

}  // namespace robustcheck::space
