#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/attribute.h"
#include "robustcheck/base/json.h"
#include "robustcheck/space/space.h"

namespace robustcheck::report {

inline constexpr int kSchemaVersion = 1;

struct ClassRate {
  std::string name;
  std::uint64_t right = 0;
  std::uint64_t images = 0;
};

/// A further checkpoint: a value of the knob model_variant.
struct VariantFile {
  std::string name, path, sha256;
};

/// The reference on all images.
struct Baseline {
  std::optional<double> accuracy;  ///< over all images; none without labels
  std::vector<ClassRate> per_class;
  std::uint64_t images = 0;
  std::uint64_t eligible = 0;
  double noise = 0.0;  ///< largest score difference between two equal runs
};

struct Prediction {
  int predicted = -1;
  std::optional<double> probability;  ///< of the prediction; none without finite output
};

struct Example {
  std::string image;
  std::string sha256;
  std::optional<Label> label;
  Prediction reference;
  Prediction observed;
  std::string case_file;                      ///< relative to report.json
  std::optional<space::Distances> distances;  ///< of the picture; none without data steps
};

struct WorstClass {
  std::string name;
  double failure_rate = 0.0;
  std::uint64_t images = 0;
};

struct Counterexample {
  std::string id;
  std::string signature;
  std::string oracle;
  space::Variance variance;
  double magnitude = 0.0;
  std::size_t knobs_changed = 0;
  std::uint64_t failures = 0;
  std::uint64_t images = 0;
  analysis::Interval ci95;
  double p_value = 1.0;
  bool minimal = true;
  std::uint64_t invalid_pictures = 0;  ///< images predicted wrong on an invalid picture: not counted as failures
  std::optional<WorstClass> worst_class;
  std::optional<analysis::Attribution> attribution;  ///< none where one side is empty
  std::vector<Example> examples;
  std::string
      outcomes;  ///< a letter per image of the dataset: 1 violated, 0 not, . not tested; cut after the last 0 or 1

  double failure_rate() const { return images ? static_cast<double>(failures) / static_cast<double>(images) : 0.0; }
};

struct UnavailableKnob {
  std::string knob, value, reason, message;
};

struct RobustAccuracy {
  double value = 0.0;
  analysis::Interval ci95;
  std::uint64_t images = 0;
};

/// Evaluations by phase, and how many candidates each filter removed.
struct Counts {
  std::vector<std::pair<std::string, std::uint64_t>> budget;
  std::vector<std::pair<std::string, std::uint64_t>> dropped;
};

/// Everything that report.json says.
struct Report {
  std::string status = "complete";
  std::uint64_t seed = 0;
  std::vector<std::string> command;
  std::string tool_version;
  std::string model_path, model_sha256;
  std::vector<VariantFile> variants;
  std::string dataset_path, dataset_sha256;
  std::uint64_t dataset_images = 0;
  bool labelled = false;
  std::vector<std::string> bad_images;
  Json preprocess, settings, environment, timing;
  space::Space space;
  space::Catalogue catalogue;
  Baseline baseline;
  Counts counts;
  std::optional<RobustAccuracy> robust_accuracy;
  std::vector<Counterexample> counterexamples;  ///< ranked
  std::vector<UnavailableKnob> unavailable_knobs;
  Json corpus;  ///< null without --corpus
};

/// report.json (DESIGN, Contract).
Json to_json(const Report& report);
void write_json(const Report& report, std::ostream& out);

struct TerminalStyle {
  bool colour = false;
  std::string program = "robustcheck";  ///< as the user called it: the replay lines can be copied
};
/// The result for a person: at most 80 columns unless a path is longer. `run` is the run directory.
void write_terminal(const Report& report, const std::string& run, const TerminalStyle& style, std::ostream& out);

}  // namespace robustcheck::report
