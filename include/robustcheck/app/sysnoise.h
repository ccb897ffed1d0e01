#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "robustcheck/app/configuration_sweep.h"

namespace robustcheck::app {

/// SysNoise's table (Wang et al., MLSys 2023) for one model: what each source of deployment noise costs, and what all
/// of them cost together. Values are chosen on the search half of the images; every number is of the other half.
struct SysnoiseRow {
  std::string source;         ///< "decoder", "resize", ...
  std::size_t values = 0;     ///< that run here and have an effect
  double mean_change = 0.0;   ///< of accuracy over its values, on the confirmation half
  double worst_change = 0.0;  ///< of the value that loses most on the search half
  std::string worst;          ///< that value
};

struct Combination {
  std::string how;  ///< greedy, search
  space::Assignment config;
  Share right;  ///< on the confirmation half
  double change = 0.0;
  double p_value = 1.0;
  std::uint64_t evaluations = 0;  ///< spent to find it
};

struct Sysnoise {
  Share clean;  ///< on the confirmation half
  std::vector<SysnoiseRow> rows;
  std::vector<Combination> combined;
};

/// `sweep` holds the values of all preprocessing, quantization, numerical and structural knobs. Needs labels.
/// greedy: source after source, the worst first, takes the value that leaves least accuracy beside those taken before.
/// search: the genetic strategy over the same values with as many evaluations as greedy used; its five best candidates
/// are measured on the whole search half, beside what greedy found.
Sysnoise sysnoise(Session& session, const ConfigurationSweep& sweep, const std::vector<space::KnobGene>& knobs,
                  std::uint64_t split_seed, Progress& progress);

Json to_json(const Sysnoise& result);
std::string table(const Sysnoise& result);

}  // namespace robustcheck::app
