#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "robustcheck/analysis/findings.h"
#include "robustcheck/app/accounts.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/session.h"

namespace robustcheck::app {

/// The report of an earlier release that --baseline names, read before anything runs.
struct OldReport {
  Json json;
  analysis::Findings findings;
  std::string path, sha256;
};
/// Throws Error{input} for what is no finished report of this version.
OldReport read_old_report(const std::filesystem::path& path, const space::Catalogue& catalogue);
/// Throws Error{input} where it is about other images or another oracle: nothing can be paired then.
void check_comparable(const OldReport& old, const Session& session, const oracle::Oracle& guide);

/// How the two runs differ in what they looked for and how hard; nothing of it moves what is said of a variance.
std::vector<std::string> differences(const OldReport& old, const report::Report& now);

/// The reason of rows that an interrupt left.
inline constexpr const char* kEndedFirst = "the run ended first";

struct CompareOutcome {
  std::vector<report::BaselineVariance> rows;
  std::uint64_t evaluations = 0;
};

struct CompareRequest {
  const OldReport& old;
  const SessionOptions& options;  ///< of this run: the old model is run the same way
  const ConfirmOutcome& confirmed;
  double failure_limit = 0.05;
  bool same = false;           ///< analysis::same_deployment: nothing is run
  std::function<bool()> stop;  ///< of the old model's workers
};

/// DESIGN "Meaning", Comparing reports: what the old report confirmed is run on this model, and what this run confirmed
/// on the old model where its file is at hand, each on the images of its test that are eligible on both. A row without
/// an answer is `not_run` with the reason; an interrupt leaves the rest so (kEndedFirst).
/// Verdict and p-value of every row that was measured, by Benjamini-Hochberg over all of them.
void judge_rows(std::vector<report::BaselineVariance>& rows, double failure_limit);

CompareOutcome compare_phase(const CompareRequest& request, Session& session, Bench& bench, ValidityGate& gate,
                             Progress& progress);

}  // namespace robustcheck::app
