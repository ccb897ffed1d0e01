#pragma once

#include <optional>
#include <string>
#include <vector>

#include "robustcheck/app/session.h"

namespace robustcheck::app {

/// What `init` found out about a model by running it.
struct Found {
  image::Preprocessing preprocessing;
  std::optional<double> accuracy;    ///< on the images looked at; none without labels
  std::string scaling;               ///< "mean and std of ImageNet"
  bool matched_classes = false;      ///< order of the classes inferred from predictions, not from sorted names
  std::vector<image::Size> accepts;  ///< input sizes that gave an output
  std::vector<std::string> tried;    ///< a line per alternative with its accuracy
};

/// The output kind that raw outputs look like: rows that are all in [0, 1] and sum to 1 are probabilities, rows whose
/// exponentials do are logarithms, else logits.
OutputKind output_kind(const std::vector<oracle::Observation>& rows);

/// Which output is which class: `votes[c][k]` = images of class c that the network puts into output k. The largest
/// entries first, every class and output once; output k has the class result[k], or -1.
std::vector<int> matched_order(const std::vector<std::vector<std::uint64_t>>& votes, std::size_t outputs);

/// Tries input sizes, channels, the usual scalings and resize rules on the images of `session`, whose labels count
/// `names` in sorted order. Throws Error{input} with the network's last message when nothing gives an output.
Found probe_model(const Session& session, const SessionOptions& options, const std::vector<std::string>& names);

}  // namespace robustcheck::app
