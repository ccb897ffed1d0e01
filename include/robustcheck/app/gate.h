#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "robustcheck/analysis/policy.h"
#include "robustcheck/app/options.h"
#include "robustcheck/base/json.h"

namespace robustcheck::app {

/// The answer of a gate: what a policy says about one report.
struct Verdict {
  std::string unfinished;  ///< why the report cannot be judged at all; the rest is empty then
  analysis::GateResult result;
  std::vector<analysis::Compared> compared;  ///< with a baseline
  std::string baseline;                      ///< its path; empty without
  std::vector<std::string> notes;            ///< how the two runs differ in what they looked for
  std::vector<std::string> unchecked;        ///< files that were not at their path: their hash is taken on trust

  /// 0 pass, 1 fail, 5 inconclusive or unfinished.
  int exit_code() const;
};

/// Reads and checks a policy before anything runs. Throws Error{usage}.
analysis::Policy read_policy(const std::filesystem::path& path);

/// Today by the clock, UTC: YYYY-MM-DD.
std::string today();

struct GateFiles {
  std::string report_place;  ///< for messages
  std::filesystem::path baseline;
  bool allow_different = false;  ///< compare with a baseline of other data or another space
  bool check_hashes = true;      ///< of model and images; false right after a run on them
};
/// Unfinished first, then schema, hashes, baseline, rules. Throws Error{input}.
Verdict judge_report(const Json& report, const analysis::Policy& policy, const GateFiles& files);

/// For a person: a line per rule and one that says why.
void write_verdict(const Verdict& verdict, bool colour, std::ostream& out);
Json to_json(const Verdict& verdict);

}  // namespace robustcheck::app
