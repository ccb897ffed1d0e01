#include "strategies.h"

#include <algorithm>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::search {

const std::vector<StrategyEntry>& all_strategies() {
  static const std::vector<StrategyEntry> kStrategies = {
      {"genetic", "screen every gene, combine the strongest, polish, then evolve an archive of failures (default)",
       &make_genetic},
      {"random", "uniformly random variances", &make_random},
      {"sparse_random", "random variances with few genes", &make_sparse_random},
      {"one_at_a_time", "every gene alone, at eight strengths; no combination", &make_one_at_a_time},
      {"evolution", "a plain genetic algorithm (NSGA-II): no screen, no archive", &make_evolution},
      {"grid", "every gene alone, then pairs, then triples, at the ends of their ranges", &make_grid},
  };
  return kStrategies;
}

const std::vector<std::string>& parts_of_genetic() {
  static const std::vector<std::string> kParts = {"probe", "screen", "early",   "combine", "polish",
                                                  "limit", "chains", "novelty", "promote"};
  return kParts;
}

std::set<std::string> checked_parts(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (std::ranges::find(parts_of_genetic(), name) == parts_of_genetic().end())
      throw Error(ErrorKind::usage, "--without: " + unknown_name("part of genetic", name, parts_of_genetic(),
                                                                 "robustcheck search --help"));
  return {names.begin(), names.end()};
}

const StrategyEntry& find_strategy(const std::string& name) {
  std::vector<std::string> names;
  for (const StrategyEntry& entry : all_strategies()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  throw Error(ErrorKind::usage, unknown_name("strategy", name, names, "robustcheck list strategies"));
}

const StrategyEntry& image_strategy() {
  static const StrategyEntry kImageStrategy = {
      "per_image", "the worst variance of each image: what broke one goes to its neighbours first", &make_per_image};
  return kImageStrategy;
}

}  // namespace robustcheck::search
