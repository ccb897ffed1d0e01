#include "robustcheck/space/variance.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/space/space.h"

namespace robustcheck::space {
namespace {

const std::vector<std::string> kBorderNames = {"reflect", "replicate", "black"};
constexpr double kLargestExactInteger = 9007199254740992.0;

double checked_value(const ObjectReader& reader, const Parameter& parameter) {
  const double value = reader.number(parameter.name);
  const std::string unit = parameter.unit.empty() ? "" : " " + parameter.unit;
  if (!(value >= parameter.low && value <= parameter.high))
    throw Error(ErrorKind::usage, reader.place(parameter.name) + ": " + shortest(value) + unit + " is outside [" +
                                      shortest(parameter.low) + ", " + shortest(parameter.high) + "]");
  if (parameter.integer && value != std::round(value))
    throw Error(ErrorKind::usage, reader.place(parameter.name) + ": " + shortest(value) + " is no integer");
  return value;
}

Step step_from_json(const Json& json, const Catalogue& catalogue, const std::string& place) {
  const ObjectReader reader(json, place);
  const TransformInfo& info = catalogue.transform(reader.text("transform"), reader.place("transform"));
  std::vector<std::string> known = {"transform"};
  for (const Parameter& parameter : info.parameters) known.push_back(parameter.name);
  if (info.has_border) known.push_back("border");
  reader.only(known);
  Step step{info.name, {}, Border::reflect};
  for (const Parameter& parameter : info.parameters)
    step.values.push_back(reader.has(parameter.name) ? checked_value(reader, parameter) : parameter.neutral);
  if (reader.has("border")) step.border = static_cast<Border>(reader.choice("border", kBorderNames));
  return step;
}

Json to_json(const Step& step, const Catalogue& catalogue) {
  const TransformInfo& info = catalogue.transform(step.transform, "variance");
  Json json = {{"transform", step.transform}};
  for (std::size_t i = 0; i < info.parameters.size(); ++i)
    if (step.values[i] != info.parameters[i].neutral) json[info.parameters[i].name] = step.values[i];
  if (step.border != Border::reflect) json["border"] = border_name(step.border);
  return json;
}

std::string knob_value(const Json& json, const std::string& place) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number()) return shortest(json.get<double>());
  throw Error(ErrorKind::usage, place + ": " + json.dump() + " is no knob value (text or number)");
}

Assignment config_from_json(const Json& json, const Catalogue& catalogue, const std::string& place) {
  ObjectReader reader(json, place);
  Assignment config;
  for (const auto& [name, value] : json.items()) {
    const KnobInfo& knob = catalogue.knob(name, place);
    const std::string text = knob_value(value, reader.place(name));
    if (!knob.has(text))
      throw Error(ErrorKind::usage, reader.place(name) + ": " + unknown_name("value", text, knob.values) + "; " + name +
                                        " takes " + join(knob.values, ", "));
    config[name] = text;
  }
  if (const std::string reason = incompatible(config); !reason.empty())
    throw Error(ErrorKind::usage, place + ": " + reason);
  return config;
}

/// The unit as a reader needs it: "px at a shorter side of 224" is "px", a ratio or a weight is nothing.
std::string short_unit(const std::string& unit) {
  const std::string first = unit.substr(0, unit.find_first_of(" ,"));
  const bool known = first == "degrees" || first == "px" || first == "stops" || first == "kelvin" || first == "K";
  return known && !unit.starts_with("px per") ? first : "";
}

std::string describe(const Step& step, const TransformInfo& info) {
  const auto strengths =
      std::count_if(info.parameters.begin(), info.parameters.end(), [](const Parameter& p) { return p.strength; });
  constexpr std::ptrdiff_t kFew = 3;  // more than this many side parameters tell a reader nothing
  const bool show_all = static_cast<std::ptrdiff_t>(info.parameters.size()) - strengths <= kFew;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    const Parameter& parameter = info.parameters[i];
    if (step.values[i] == parameter.neutral || (!parameter.strength && !show_all)) continue;
    const bool name_it = strengths > 1 || !parameter.strength;
    parts.push_back((name_it ? parameter.name + " " : "") + with_unit(step.values[i], parameter));
  }
  std::string text = step.transform + " " + join(parts, ", ");
  if (info.has_border) text += " (" + border_name(step.border) + " border)";
  return text;
}

}  // namespace

std::string with_unit(double value, const Parameter& parameter) {
  const auto rounded = [](double number) { return shortest(std::round(number * 1000.0) / 1000.0); };
  if (parameter.unit.starts_with("share")) return rounded(100.0 * value) + " %";
  const std::string unit = short_unit(parameter.unit);
  return rounded(value) + (unit.empty() ? "" : " " + unit);
}

const std::string& border_name(Border border) { return kBorderNames[static_cast<std::size_t>(border)]; }

Variance variance_from_json(const Json& json, const Catalogue& catalogue, const std::string& place) {
  const ObjectReader reader(json, place);
  reader.only({"data", "config", "seed"});
  Variance variance;
  if (reader.has("data")) {
    const Json& data = reader.at("data");
    if (!data.is_array()) throw Error(ErrorKind::usage, reader.place("data") + ": is no list of transforms [...]");
    for (std::size_t i = 0; i < data.size(); ++i)
      variance.data.push_back(step_from_json(data[i], catalogue, reader.place("data") + "/" + std::to_string(i)));
  }
  if (reader.has("config")) variance.config = config_from_json(reader.at("config"), catalogue, reader.place("config"));
  if (reader.has("seed"))
    variance.seed =
        static_cast<std::uint64_t>(reader.integer("seed", 0, static_cast<std::int64_t>(kLargestExactInteger)));
  return canonical(std::move(variance), catalogue);
}

Json to_json(const Assignment& config, const Catalogue& catalogue) {
  Json json = Json::object();
  for (const auto& [name, value] : config) {
    if (catalogue.knob(name, "variance").numeric)
      json[name] = std::stoll(value);
    else
      json[name] = value;
  }
  return json;
}

Json to_json(const Variance& variance, const Catalogue& catalogue) {
  Json json = Json::object();
  if (!variance.data.empty()) {
    json["data"] = Json::array();
    for (const Step& step : variance.data) json["data"].push_back(to_json(step, catalogue));
  }
  if (!variance.config.empty()) json["config"] = to_json(variance.config, catalogue);
  if (variance.seed != 0) json["seed"] = variance.seed;
  return json;
}

bool is_neutral(const Step& step, const TransformInfo& info) {
  for (std::size_t i = 0; i < info.parameters.size(); ++i)
    if (info.parameters[i].strength && step.values[i] != info.parameters[i].neutral) return false;
  return true;
}

Variance canonical(Variance variance, const Catalogue& catalogue) {
  std::erase_if(variance.data,
                [&](const Step& step) { return is_neutral(step, catalogue.transform(step.transform, "variance")); });
  std::erase_if(variance.config,
                [&](const auto& entry) { return catalogue.knob(entry.first, "variance").reference() == entry.second; });
  return variance;
}

double magnitude(const Step& step, const TransformInfo& info) {
  double largest = 0.0;
  for (std::size_t i = 0; i < std::min(step.values.size(), info.parameters.size()); ++i)
    largest = std::max(largest, info.parameters[i].magnitude(step.values[i]));
  return largest;
}

double magnitude(const Variance& variance, const Catalogue& catalogue) {
  double largest = 0.0;
  for (const Step& step : variance.data)
    largest = std::max(largest, magnitude(step, catalogue.transform(step.transform, "variance")));
  return largest;
}

std::vector<std::string> genes(const Variance& variance) {
  std::set<std::string> names;
  for (const Step& step : variance.data) names.insert(step.transform);
  std::vector<std::string> result(names.begin(), names.end());
  for (const auto& [knob, value] : variance.config) result.push_back(knob + "=" + value);
  return result;
}

std::string signature(const std::string& oracle, const Variance& variance) {
  std::set<std::string> names;
  for (const Step& step : variance.data) names.insert(step.transform);
  std::vector<std::string> knobs;
  for (const auto& [knob, value] : variance.config) knobs.push_back(knob + "=" + value);
  std::string text = oracle + ":" + join(std::vector<std::string>(names.begin(), names.end()), "+");
  return knobs.empty() ? text : text + "|" + join(knobs, "+");
}

std::string describe(const Variance& variance, const Catalogue& catalogue) {
  std::vector<std::string> steps;
  for (const Step& step : variance.data)
    steps.push_back(describe(step, catalogue.transform(step.transform, "variance")));
  std::vector<std::string> knobs;
  for (const auto& [knob, value] : variance.config) knobs.push_back(knob + " " + value);
  if (steps.empty() && knobs.empty()) return "nothing";
  const std::string separator = steps.empty() || knobs.empty() ? "" : "; ";
  return join(steps, ", then ") + separator + join(knobs, ", ");
}

Variance data_only(Variance variance) {
  variance.config.clear();
  return variance;
}

Variance config_only(Variance variance) {
  variance.data.clear();
  return variance;
}

}  // namespace robustcheck::space
