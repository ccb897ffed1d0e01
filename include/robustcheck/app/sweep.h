#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/statistics.h"
#include "robustcheck/base/json.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::app {

/// One point of a standard grid.
struct GridPoint {
  std::string group;  ///< row of the table: "fog"
  std::string level;  ///< column: "3"
  space::Variance variance;
};

struct Grid {
  std::string name;     ///< as --profile names it
  std::string summary;  ///< one sentence
  std::string group_title, level_title;
  std::vector<GridPoint> points;
  /// Groups that count for the headline mean; empty: all.
  std::vector<std::string> headline;
};

/// Profiles of knobs that `sweep --profile` knows; sysnoise looks at all of them.
inline const std::vector<std::string> kSweptProfiles = {"deployment", "numerical", "quantization", "preprocessing",
                                                        "structural", "mistakes",  "sysnoise"};
/// The grids that it knows.
const std::vector<Grid>& all_grids();
/// Throws Error{usage} with did-you-mean.
const Grid& find_grid(const std::string& name);

/// A share of images, with Wilson's 95 % interval.
struct Share {
  std::uint64_t count = 0;
  std::uint64_t images = 0;

  double value() const { return images ? static_cast<double>(count) / static_cast<double>(images) : 0.0; }
  analysis::Interval ci95() const { return analysis::wilson(count, images); }
};

/// What a point did. Images that gave no output under it are wrong, and flipped.
struct SweepRow {
  GridPoint point;
  std::optional<Share> right;  ///< over all images; none without labels
  Share flipped;               ///< prediction differs from the reference's; over images with output at the reference
  std::uint64_t errors = 0;    ///< images with an output at the reference and none here
  std::string message;         ///< of the first of them
};

struct SweepResult {
  std::string grid;
  std::optional<Share> clean;
  std::vector<SweepRow> rows;  ///< in the order of the grid
  bool complete = true;        ///< false: a signal came before all points were measured
};

/// Mean over the levels of each group and over groups; the mean of shares has no interval of its own.
struct GroupMean {
  std::string group;
  std::optional<double> accuracy;
  double flip_rate = 0.0;
};
std::vector<GroupMean> group_means(const SweepResult& result);
/// Over the groups named, or all.
GroupMean overall_mean(const std::vector<GroupMean>& means, const std::vector<std::string>& groups);

Json to_json(const SweepResult& result, const Grid& grid);
/// A table of at most 80 columns. A cell in which images gave no output ends in an asterisk.
std::string table(const SweepResult& result, const Grid& grid);

}  // namespace robustcheck::app
