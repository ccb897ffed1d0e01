#include <iostream>

#include "robustcheck/app/gate.h"
#include "robustcheck/app/terminal.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// A run directory stands for its report.
fs::path report_path(const fs::path& given) { return fs::is_directory(given) ? given / "report.json" : given; }

Json read_report(const fs::path& path) {
  try {
    return parse_json(read_file(path), path.string());
  } catch (const Error& error) {
    throw Error(ErrorKind::input, error.what());
  }
}

}  // namespace

int run_gate(const GateOptions& options) {
  const analysis::Policy policy = read_policy(options.policy);
  const fs::path path = report_path(options.report);
  const GateFiles files{path.string(), options.baseline.empty() ? fs::path() : report_path(options.baseline),
                        options.allow_different};
  const Verdict verdict = judge_report(read_report(path), policy, files);
  if (options.json)
    std::cout << json_text(to_json(verdict), 2) << '\n';
  else
    write_verdict(verdict, colour_wanted(), std::cout);
  return verdict.exit_code();
}

}  // namespace robustcheck::app
