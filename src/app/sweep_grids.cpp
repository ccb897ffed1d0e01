#include <algorithm>

#include "robustcheck/app/sweep.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"
#include "robustcheck/transform/imagenet_c.h"

namespace robustcheck::app {
namespace {

constexpr std::size_t kHeadline = 15;  // the corruptions of the benchmark; the other four were for validation

Grid imagenet_c() {
  Grid grid{"imagenet-c", "15 corruptions (and 4 further ones) at severities 1 to 5, as in Hendrycks & Dietterich 2019",
            "corruption", "severity",
            {},           {}};
  for (const transform::Corruption& corruption : transform::imagenet_c()) {
    if (grid.headline.size() < kHeadline) grid.headline.push_back(corruption.name);
    for (std::size_t severity = 0; severity < corruption.severities.size(); ++severity)
      grid.points.push_back(
          {corruption.name, std::to_string(severity + 1), space::Variance{{corruption.severities[severity]}, {}, 0}});
  }
  return grid;
}

}  // namespace

const std::vector<Grid>& all_grids() {
  static const std::vector<Grid> kGrids = {imagenet_c()};
  return kGrids;
}

const Grid& find_grid(const std::string& name) {
  std::vector<std::string> names;
  for (const Grid& grid : all_grids()) {
    if (grid.name == name) return grid;
    names.push_back(grid.name);
  }
  throw Error(ErrorKind::usage, "--profile: " + unknown_name("grid", name, names));
}

}  // namespace robustcheck::app
