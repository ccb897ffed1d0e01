#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/attribute.h"
#include "robustcheck/base/dataset.h"
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
  double noise = 0.0;             ///< largest score difference between two equal runs
  double batch_dependence = 0.0;  ///< the same between batches of other company
  std::string batch_note;         ///< for the terminal: what that does; empty where it is rounding
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

/// Part of a failure rate that one gene is answerable for.
struct GeneShare {
  std::string gene;
  double share = 0.0;  ///< Shapley value / failure rate; the shares of a variance add up to 1
};

/// Over confirmation images, those wrong at the reference included in proportion.
struct AccuracyChange {
  double reference = 0.0, observed = 0.0;
  std::uint64_t gained = 0, lost = 0;  ///< images that became right, that became wrong
  double p_value = 1.0;                ///< McNemar's exact test
  std::uint64_t images = 0;
};

/// Why an explanation is missing.
inline constexpr const char* kOneSided = "one side is empty";
inline constexpr const char* kEnded = "the run ended first";
inline constexpr const char* kAllowance = "the allowance (--after-budget) ran out";

/// What the smaller variance was held against, on the test images of the search half.
struct Minimised {
  std::uint64_t start_failures = 0;  ///< of the candidate as it was found
  std::uint64_t failures = 0;        ///< of what it became
  std::uint64_t images = 0;
  double start_interaction = 0.0;  ///< net, where its interval is above 0
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
  double weight = 1.0;     ///< in Benjamini-Hochberg, mean 1 over all that count
  std::uint64_t test = 0;  ///< the how many-th test of the run, from 1; 0: decided by repetition (numeric, crash)
  bool minimal = true;
  std::optional<Minimised> minimised;  ///< none where it is as it was found
  std::uint64_t invalid_pictures = 0;  ///< images predicted wrong on an invalid picture: not counted as failures
  std::optional<WorstClass> worst_class;
  std::optional<analysis::Attribution> attribution;  ///< none where one side is empty
  std::optional<bool> needs_both;                    ///< none where it was not decided
  std::string needs_both_reason;                     ///< why it is not true
  std::vector<GeneShare> genes;                      ///< largest first; empty where it was not measured
  std::string genes_reason;                          ///< why it is empty
  std::uint64_t genes_images = 0;                    ///< confirmation images that `genes` was measured on
  std::optional<AccuracyChange> accuracy;            ///< none without labels or where the allowance ran out
  std::optional<double> covers;    ///< share of all failing images that this and the ranks before it break
  std::size_t representative = 0;  ///< place in the order of greedy coverage, from 1
  std::vector<Example> examples;
  std::string
      outcomes;  ///< a letter per image of the dataset: 1 violated, 0 not, . not tested; cut after the last 0 or 1

  double failure_rate() const { return images ? static_cast<double>(failures) / static_cast<double>(images) : 0.0; }
  /// What is ranked by (DESIGN "Meaning", Rank).
  double severity() const { return ci95.low * (1.0 - magnitude / 2.0); }
};

/// Where failures reach the failure limit on the way from neutral to the end of the range.
struct Tolerated {
  double value = 0.0;  ///< of the parameter
  double magnitude = 0.0;
  double low = 0.0;            ///< 95 %: the milder end, a value of the parameter
  std::optional<double> high;  ///< the stronger end; none: not within the range
};

/// One transform on one side of neutral. All its strengths move together in proportion; `parameter` is the first.
struct Tolerance {
  std::string transform, parameter, unit;
  double tested_to = 0.0;  ///< value of the parameter at the end of the range
  std::uint64_t images = 0;
  std::optional<Tolerated> reference;              ///< none: failures do not reach the limit within the range
  std::optional<Tolerated> worst;                  ///< under `configuration`
  std::optional<space::Assignment> configuration;  ///< none: no counterexample has one
};

/// One transform with one knob value.
struct MapCell {
  std::string transform, knob, value;
  space::Variance variance;   ///< what was measured
  double failure_rate = 0.0;  ///< of both together
  analysis::Estimate interaction;
  std::uint64_t images = 0;
};

/// Share of all failing images that the best counterexamples break, in the order of greedy coverage.
struct Coverage {
  double first5 = 0.0, first10 = 0.0, first20 = 0.0;
};

/// What became of a candidate above the limit that is no counterexample in full, or of one more test.
struct Kind {
  std::string id, signature, oracle;
  space::Variance variance;
  double magnitude = 0.0;
  std::uint64_t failures = 0, images = 0;  ///< on the search half
  std::string status;                      ///< confirmed, unconfirmed, explained, not_tested
  std::string explained_by;                ///< signature; empty where that is not the status
  std::string explained_by_id;             ///< of the same: signatures repeat
  bool minimal = false;
  /// On the confirmation half; none where it was not tested.
  struct Test {
    std::uint64_t failures = 0, images = 0;
    double p_value = 1.0, weight = 1.0;
    std::uint64_t test = 0;  ///< as in Counterexample
    std::optional<WorstClass> worst_class;
    std::string outcomes;                       ///< as in Counterexample
    std::optional<double> interaction_p_value;  ///< none where both sides were not told apart
  };
  std::optional<Test> tested;
  std::string reason;  ///< why it could not be run here; empty: it could
};

/// Images of one variance on one model.
struct Rate {
  std::uint64_t failures = 0, images = 0;
};

/// A variance that one of two runs found, on both models and the same images (--baseline).
struct BaselineVariance {
  std::string signature, oracle;
  space::Variance variance;
  bool found_here = false;                      ///< by this run; else by the old one
  std::optional<Rate> here, there;              ///< none where it could not be run
  std::uint64_t here_only = 0, there_only = 0;  ///< images that fail on one model only
  std::uint64_t no_output = 0;    ///< images without a usable output on the model that did not find it; they fail
  std::string verdict;            ///< same, worse, better, fixed, not_run
  std::optional<double> p_value;  ///< McNemar; none for numeric and crash, and for not_run
  std::string reason;             ///< of not_run
};

/// The old report of --baseline.
struct ComparedWith {
  std::string path, sha256, model_sha256;
  bool same = false;  ///< model, checkpoints, images, preprocessing and LibTorch are equal: nothing was run
  std::vector<std::string> differences{};  ///< in what both runs looked for
};

/// How confirmation decided.
struct Confirmation {
  std::string rule;              ///< benjamini_hochberg, or stopped for a run that did not end
  double level = 0.05;           ///< false discovery rate
  double interval_level = 0.95;  ///< of the ci95 of counterexamples, but for numeric and crash
  std::uint64_t tests = 0;       ///< made
  std::uint64_t family = 0;      ///< that count: tested, or explained by one that was
  std::uint64_t images = 0;      ///< fewest unseen images of a test that confirmed nothing; else those at hand
  double smallest_weight = 1.0;
  std::optional<double> detectable_rate;  ///< none where no rate would have been confirmed
};

struct UnavailableKnob {
  std::string knob, value, reason, message;
};

struct RobustAccuracy {
  double value = 0.0;
  analysis::Interval ci95;
  std::uint64_t images = 0;
};

/// Accuracy when each image of the search half meets the worst variance found for it (--scope image).
struct RobustAccuracyImage {
  double value = 0.0;
  analysis::Interval ci95;
  std::uint64_t images = 0;  ///< those wrong at the reference included
  std::uint64_t broken = 0;  ///< of the eligible ones
  double evaluations_per_image = 0.0;
  std::uint64_t most_evaluations = 0;  ///< of one image
};

/// Evaluations by phase, and what became of the candidates that are no counterexample.
struct Counts {
  std::vector<std::pair<std::string, std::uint64_t>> budget;
  std::vector<std::pair<std::string, std::uint64_t>> dropped;
  std::uint64_t candidates = 0;    ///< above the limit where the search met them
  std::uint64_t confirmed = 0;     ///< of these
  std::uint64_t not_tested = 0;    ///< of these
  std::uint64_t not_run = 0;       ///< of the untested: proposed by a file, and unavailable here
  std::uint64_t after_needed = 0;  ///< the --after-budget that would have tested them; 0 where all were
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
  std::vector<Skipped> skipped;  ///< files that were given and are not among `dataset_images`
  Json preprocess, settings, environment, timing;
  space::Space space;
  space::Catalogue catalogue;
  Baseline baseline;
  Counts counts;
  std::optional<RobustAccuracy> robust_accuracy;
  std::optional<RobustAccuracyImage> robust_accuracy_image;  ///< none in scope model and without labels
  Confirmation confirmation;
  std::vector<Counterexample> counterexamples;  ///< ranked
  std::vector<Kind> kinds;                      ///< everything else above the limit
  std::vector<Tolerance> tolerance;
  std::vector<MapCell> interaction_map;
  std::optional<Coverage> coverage;  ///< none where nothing fails
  std::vector<UnavailableKnob> unavailable_knobs;
  Json corpus;                                ///< null without --corpus
  std::optional<ComparedWith> compared_with;  ///< none without --baseline
  std::vector<BaselineVariance> baseline_variances;
  std::optional<std::uint64_t> from_file;  ///< variances of --candidates; none where there was a search
};

/// {reason: count}.
Json skipped_json(const std::vector<Skipped>& skipped);
/// `compared_with` and `baseline_variances` of report.json.
Json comparison_json(const Report& report);
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
