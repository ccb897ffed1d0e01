#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/statistics.h"
#include "robustcheck/base/json.h"
#include "robustcheck/space/variance.h"

namespace robustcheck::analysis {

/// A rate over some images, as a report states it.
struct Measured {
  double rate = 0.0;
  Interval ci95;
  std::uint64_t images = 0;

  /// Images that violate: the rate times the images, rounded.
  std::uint64_t count() const;
};

/// What a gate needs of one counterexample.
struct Finding {
  std::string signature, oracle;
  space::Variance variance;
  double magnitude = 0.0;
  Measured failure;
  std::optional<std::string> worst_class;
  Measured worst_class_failure;  ///< meaningful with worst_class
  std::string outcomes;  ///< a letter per image: 1 violated, 0 not, . not tested; empty where the report has none
};

/// A failure that no test has seen; counts are those of the search half.
struct Suspect {
  std::string signature, oracle;
  space::Variance variance;
  double magnitude = 0.0;
  std::uint64_t failures = 0, images = 0;
};

/// A committed case that was run again.
struct CorpusCase {
  std::string file, signature;
  bool fails = false;
  std::string not_run{};  ///< why there is no answer; empty: there is one
};

/// A variance of the report that `search --baseline` named, or of the run itself, on both models.
struct ComparedVariance {
  std::string signature, oracle;
  std::string description;                      ///< in words, with strengths: signatures repeat
  bool found_here = false;                      ///< by this run; else by the old one
  std::optional<Measured> here, there;          ///< on the shared images; none where it could not be run
  std::uint64_t here_only = 0, there_only = 0;  ///< images that fail on one model only
  std::uint64_t no_output = 0;                  ///< images without a usable output on the model that did not find it
  std::string reason;                           ///< why it could not be run; empty where it was
};

/// report.json, as far as gates and comparisons read it.
struct Findings {
  std::string status;
  std::string dataset_sha256;
  std::string deployment;  ///< of model, checkpoints, preprocessing, calibration and LibTorch: equal where these are
  std::string strategy, scope;   ///< empty in reports of older versions
  bool from_file = false;        ///< --candidates: nothing was searched
  bool nothing_changed = false;  ///< of the deployment, against that report
  std::string baseline_report;   ///< SHA-256 of the report that --baseline named; empty: none
  std::vector<ComparedVariance> baseline_variances;
  std::uint64_t evaluations = 0;   ///< that the search spent
  double failure_limit = 0.0;      ///< rates up to this were never reported
  std::uint64_t not_tested = 0;    ///< candidates that no test has seen
  std::vector<Suspect> untested;   ///< the same by name; empty in reports of older versions
  std::vector<Suspect> explained;  ///< by a confirmed one, and not tested themselves
  std::vector<Suspect> passed;     ///< tested, and not confirmed
  double interval_level = 0.95;    ///< of the intervals of counterexamples
  std::optional<double> detectable_rate;
  bool powerless = false;  ///< on so few unseen images no failure could have been confirmed
  std::string guide;       ///< the guiding oracle; empty in reports of older versions
  std::vector<std::string> profiles;
  Json transforms, knobs;                          ///< of the space
  std::map<std::string, std::string> unavailable;  ///< "knob=value" that was not searched -> reason
  std::optional<Measured> accuracy, robust_accuracy;
  std::vector<Finding> counterexamples;  ///< and what was confirmed beyond the number that stands there in full
  std::optional<std::vector<CorpusCase>> corpus;  ///< none where the search ran without one
};

/// What an unfinished report says about itself ("status is partial, not complete"), "" for a finished one. Reads
/// nothing else: this is what a gate asks first. Throws Error{input} for what is no report.
std::string unfinished(const Json& report, const std::string& place);

/// A key of everything but the images that an output depends on: model, checkpoints, preprocessing, images of the
/// calibration, LibTorch. Equal keys and images: equal scores.
std::string deployment_of(const Json& report, const std::string& place);

/// Throws Error{input} for another schema_version, and for anything missing or out of its range: a gate never passes on
/// what it could not read.
Findings findings_from_json(const Json& report, const space::Catalogue& catalogue, const std::string& place);

}  // namespace robustcheck::analysis
