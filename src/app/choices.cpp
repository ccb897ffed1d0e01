#include "robustcheck/app/choices.h"

#include <algorithm>
#include <iterator>

#include "robustcheck/app/options.h"
#include "robustcheck/app/schemas.h"
#include "robustcheck/app/sweep.h"
#include "robustcheck/oracle/oracle.h"
#include "robustcheck/report/document.h"
#include "robustcheck/search/strategy.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

template <class Entries>
std::vector<std::string> names(const Entries& entries) {
  std::vector<std::string> result;
  for (const auto& entry : entries) result.emplace_back(entry.name);
  return result;
}

std::vector<std::string> sweep_profiles() {
  std::vector<std::string> result = names(all_grids());
  std::ranges::copy(kSweptProfiles, std::back_inserter(result));
  return result;
}

}  // namespace

std::vector<std::string> choices(const std::string& command, const std::string& option) {
  if (option == "profile") return command == "sweep" ? sweep_profiles() : names(space::all_profiles());
  if (option == "strategy") return names(search::all_strategies());
  if (option == "without") return search::parts_of_genetic();
  if (option == "oracle") return names(oracle::all_oracles());
  if (option == "transforms") return names(transform::catalogue().transforms);
  if (option == "knobs") return names(transform::catalogue().knobs);
  if (option == "scope") return kScopes;
  if (option == "progress") return kProgressNames;
  if (option == "format") return names(report::kFormats);
  if (option == "fail-on") return {"any", "none"};
  if (option == "after-budget") return {"auto"};
  if (option == "WHAT") return {"transforms", "knobs", "oracles", "profiles", "strategies"};
  if (option == "NAME") return names(schemas());
  if (option == "SHELL") return {"bash", "zsh", "fish", "man"};
  return {};
}

}  // namespace robustcheck::app
