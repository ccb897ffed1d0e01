#pragma once

#include <filesystem>
#include <string>

#include "robustcheck/report/document.h"

namespace robustcheck::app {

/// The report of a run directory, or a report.json itself, with the pictures and the journal beside it. `program` is
/// argv[0]. Throws Error{input} for what is no report of this version.
report::Document read_document(const std::filesystem::path& path, const std::string& program);

/// report.html and junit.xml beside report.json. Inside GitHub Actions also annotations on stdout and the step summary.
void write_report_files(const std::filesystem::path& run, const std::string& program);

/// Appends the Markdown report to the file that GITHUB_STEP_SUMMARY names; does nothing without one.
void append_step_summary(const report::Document& document);

}  // namespace robustcheck::app
