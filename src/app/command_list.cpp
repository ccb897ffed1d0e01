#include <iostream>

#include "robustcheck/app/options.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/oracle/oracle.h"
#include "robustcheck/search/strategy.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

Json transforms() {
  Json list = Json::array();
  for (const space::TransformInfo& info : transform::catalogue().transforms) {
    Json parameters = Json::array();
    for (const space::Parameter& p : info.parameters)
      parameters.push_back({{"name", p.name},
                            {"unit", p.unit},
                            {"low", p.low},
                            {"high", p.high},
                            {"neutral", p.neutral},
                            {"strength", p.strength},
                            {"integer", p.integer}});
    list.push_back({{"name", info.name},
                    {"family", info.family},
                    {"summary", info.summary},
                    {"source", info.source},
                    {"parameters", parameters},
                    {"border", info.has_border},
                    {"monotone", info.monotone},
                    {"stochastic", info.stochastic}});
  }
  return list;
}

Json knobs() {
  Json list = Json::array();
  for (const space::KnobInfo& info : transform::catalogue().knobs)
    list.push_back({{"name", info.name},
                    {"class", info.knob_class},
                    {"scope", info.scope},
                    {"values", info.values},
                    {"reference", info.reference()},
                    {"summary", info.summary},
                    {"source", info.source}});
  return list;
}

template <class Entries>
Json named(const Entries& entries) {
  Json list = Json::array();
  for (const auto& entry : entries) list.push_back({{"name", entry.name}, {"summary", entry.summary}});
  return list;
}

struct Listing {
  std::string name;
  Json (*make)();
};

const std::vector<Listing>& listings() {
  static const std::vector<Listing> kListings = {
      {"transforms", &transforms},
      {"knobs", &knobs},
      {"oracles", [] { return named(oracle::all_oracles()); }},
      {"profiles", [] { return named(space::all_profiles()); }},
      {"strategies", [] { return named(search::all_strategies()); }},
  };
  return kListings;
}

std::string range_text(const Json& parameter) {
  const std::string unit = parameter["unit"].get<std::string>();
  return "    " + parameter["name"].get<std::string>() + " [" + shortest(parameter["low"].get<double>()) + ", " +
         shortest(parameter["high"].get<double>()) + "]" + (unit.empty() ? "" : " " + unit) + ", neutral " +
         shortest(parameter["neutral"].get<double>()) + (parameter["strength"].get<bool>() ? "" : " (no strength)");
}

void print(const Json& entry) {
  std::cout << entry["name"].get<std::string>() << ": " << entry["summary"].get<std::string>() << '\n';
  if (entry.contains("parameters"))
    for (const Json& parameter : entry["parameters"]) std::cout << range_text(parameter) << '\n';
  if (entry.contains("border") && entry["border"].get<bool>())
    std::cout << "    border: reflect (default), replicate, black\n";
  if (entry.contains("values"))
    std::cout << "    " << join(entry["values"].get<std::vector<std::string>>(), ", ")
              << " (reference: " << entry["reference"].get<std::string>() << "; " << entry["class"].get<std::string>()
              << ")\n";
}

}  // namespace

int run_list(const ListOptions& options) {
  std::vector<std::string> names;
  for (const Listing& listing : listings()) names.push_back(listing.name);
  const auto found = std::find(names.begin(), names.end(), options.what);
  if (found == names.end()) throw Error(ErrorKind::usage, "list: " + unknown_name("list", options.what, names));
  const Json list = listings()[static_cast<std::size_t>(found - names.begin())].make();
  if (options.json) {
    std::cout << list.dump(2) << '\n';
    return kExitOk;
  }
  for (const Json& entry : list) print(entry);
  return kExitOk;
}

}  // namespace robustcheck::app
