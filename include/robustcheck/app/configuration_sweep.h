#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/app/progress.h"
#include "robustcheck/app/session.h"
#include "robustcheck/app/sweep.h"
#include "robustcheck/space/space.h"

namespace robustcheck::app {

/// Configurations whose scores are bit-equal on all images.
struct ConfigurationClass {
  std::vector<std::string> members;  ///< "knob=value"; the class of the reference begins with "reference"
  space::Assignment config;          ///< of the first member
  std::optional<Share> right;        ///< over all images; none without labels
  Share flipped;                     ///< prediction differs from the reference's
  std::optional<double> p_value;     ///< McNemar's exact test of the change in accuracy
  std::string worst_class;           ///< that loses most accuracy; "" where none loses
  double worst_class_change = 0.0;   ///< of its accuracy, at most 0
  double largest_difference = 0.0;   ///< of a score
  std::uint64_t errors = 0;          ///< images with an output at the reference and none here
  double seconds = 0.0;              ///< in forward passes: a clock's number
};

struct ConfigurationSweep {
  std::vector<ConfigurationClass> classes;             ///< the reference's first, then in the order of the catalogue
  std::vector<report::UnavailableKnob> unavailable;    ///< values that do not run here
  std::vector<std::vector<oracle::Observation>> rows;  ///< per class
  bool complete = true;                                ///< false: a signal came before all values were measured

  /// False: values, or images under a value, gave no output that should have.
  bool every_row_answered() const;
};

/// Every value of every knob alone, on all images, grouped by what the network answers.
ConfigurationSweep sweep_configurations(Session& session, const std::vector<space::KnobGene>& knobs,
                                        Progress& progress);

Json to_json(const ConfigurationSweep& sweep);
/// A table of at most 80 columns, but for long names.
std::string table(const ConfigurationSweep& sweep);

}  // namespace robustcheck::app
