#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/space/space.h"

namespace robustcheck::app {

enum class ProgressMode { automatic, bar, plain, none, json };
inline const std::vector<std::string> kScopes = {"model", "image"};
inline const std::vector<std::string> kProgressNames = {"auto", "bar", "plain", "none", "json"};

/// What every command that runs a model takes.
struct SessionOptions {
  std::filesystem::path model;
  std::filesystem::path images;
  std::filesystem::path preprocess;  ///< empty: MODEL.json beside the model
  std::size_t workers = 1;
  std::size_t max_pools = 4;        ///< worker pools with an environment of their own
  std::uint64_t memory_mib = 2048;  ///< of the networks that one worker keeps
  double timeout_s = 60.0;          ///< deadline of one batch
  std::size_t limit = 0;            ///< images, spread over the classes; 0 = all
  std::size_t max_bad_images = 0;
  std::vector<std::string> variants;    ///< further checkpoints, NAME=FILE
  std::size_t calibration_images = 64;  ///< of the search half, for int8
  std::uint64_t split_seed = 0;
};

struct OutputOptions {
  ProgressMode progress = ProgressMode::automatic;
  bool quiet = false;
};

struct SearchOptions {
  SessionOptions session;
  OutputOptions output;
  space::SpaceRequest space;
  std::filesystem::path out;  ///< empty: robustcheck-<model stem>
  std::uint64_t seed = 1;
  std::uint64_t budget = 20000;  ///< evaluations of the strategy; 0 with `candidates`
  /// Evaluations after it. None: twice the budget, at least 6,000, and with a policy at least one and a half times what
  /// testing every candidate on 100 images takes; so with `candidates`.
  std::optional<std::uint64_t> after_budget;
  double max_seconds = 0.0;      ///< of the whole run; 0 = no limit
  std::uint64_t patience = 0;    ///< rounds without a new or better signature that end the search; 0 = no limit
  std::uint64_t stop_after = 0;  ///< signatures whose failure rate is above the limit that end it; 0 = no limit
  std::string scope = kScopes.front();
  std::string strategy = "genetic";
  std::vector<std::string> without;  ///< parts of genetic to leave out
  bool strategy_chosen = false;      ///< by the user: scope image has its own
  std::string oracle;                ///< empty: label with labels, consistency without
  double failure_limit = 0.05;
  double min_accuracy = -1.0;  ///< negative: its interval must begin above 1 / classes
  std::size_t max_counterexamples = 20;
  std::size_t confirm_images = 500;
  std::string fail_on = "any";       ///< any, none, or the path of a policy
  std::filesystem::path candidates;  ///< variances to test instead of searching; empty: search
  bool minimize = false;             ///< also what `candidates` holds
  std::filesystem::path baseline;    ///< an earlier report, to run its variances on this model; empty: none
  std::filesystem::path corpus;      ///< committed cases, run first; empty: none
  bool update_corpus = false;        ///< adds what was found
  bool force = false;
  bool dry_run = false;
  std::vector<std::string> command;  ///< argv, for the report

  /// Of a run without a policy.
  std::uint64_t evaluations_after() const;
};

struct EvaluateOptions {
  SessionOptions session;
  OutputOptions output;
  std::string oracle;
  bool scores = false;  ///< adds the network's output, a row per image
};

struct SweepOptions {
  SessionOptions session;
  OutputOptions output;
  std::string profile;
  std::filesystem::path out;   ///< empty: robustcheck-sweep-<model stem>
  double min_accuracy = -1.0;  ///< negative: its interval must begin above 1 / classes
  bool force = false;
  std::vector<std::string> command;  ///< argv, for the report
};

struct PerturbOptions {
  std::filesystem::path images;
  std::filesystem::path variance;  ///< a variance, a list of them, or a .jsonl file
  std::size_t copies = 1;          ///< of every variance, with seeds that count up
  bool grid = false;               ///< a contact sheet of `space` instead
  space::SpaceRequest space;
  std::filesystem::path out;
  std::size_t workers = 1;
  std::size_t limit = 0;
  double timeout_s = 60.0;  ///< deadline of one picture
  bool force = false;
  OutputOptions output;
};

struct ReplayOptions {
  std::vector<std::filesystem::path> cases;
  std::filesystem::path model;   ///< empty: the case's own
  std::filesystem::path images;  ///< folder where a moved image is looked for
  double timeout_s = 60.0;
};

struct ReportOptions {
  std::filesystem::path report;  ///< a run directory or its report.json
  std::string format = "html";   ///< report::kFormats
  std::filesystem::path out;     ///< empty: stdout
  std::string program;           ///< argv[0]: the replay lines can be copied
};

struct GateOptions {
  std::filesystem::path report;  ///< or its run directory
  std::filesystem::path policy;
  std::filesystem::path baseline;  ///< an older report; empty: none
  bool allow_different = false;    ///< also a baseline of other data or another space
  bool json = false;
};

struct InitOptions {
  SessionOptions session;
  bool force = false;
};

struct StatusOptions {
  std::filesystem::path run;
  bool json = false;
};

struct ListOptions {
  std::string what;  ///< transforms, knobs, oracles, profiles, strategies
  bool json = false;
};

struct DoctorOptions {
  SessionOptions session;  ///< model may be empty; images too (random images then)
};

/// The subcommands. Each returns its exit code and throws Error; results go to stdout, progress to stderr.
int run_search(const SearchOptions& options);
int run_evaluate(const EvaluateOptions& options);
int run_sweep(const SweepOptions& options);
int run_perturb(const PerturbOptions& options);
int run_replay(const ReplayOptions& options);
int run_report(const ReportOptions& options);
int run_init(const InitOptions& options);
int run_status(const StatusOptions& options);
/// Prints the JSON Schema called `name`.
int run_schema(const std::string& name);
int run_gate(const GateOptions& options);
int run_list(const ListOptions& options);
int run_doctor(const DoctorOptions& options);

/// What --without can leave out: "probe, screen, ...".
std::string parts_of_genetic();

/// "robustcheck 0.1.0".
std::string version_line();
/// Messages of level debug go to stderr with verbose, and to `log_file` if it is not empty.
void start_logging(bool verbose, const std::filesystem::path& log_file);

}  // namespace robustcheck::app
