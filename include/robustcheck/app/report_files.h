#pragma once

#include <filesystem>
#include <string>

#include "robustcheck/app/run_directory.h"
#include "robustcheck/app/saver.h"
#include "robustcheck/report/document.h"

namespace robustcheck::app {

/// Nobody edits a report: one that is no JSON is an unusable input, not a wrong setting. Throws Error{input}.
Json read_report(const std::filesystem::path& file);

/// The report of a run directory, or a report.json itself, with the pictures and the journal beside it. `program` is
/// argv[0]. Throws Error{input} for what is no report of this version.
report::Document read_document(const std::filesystem::path& path, const std::string& program);

/// report.json where it can be written: in the run directory, else in the folder for temporary files, else on stdout.
void save_report(const std::string& json, RunDirectory& directory, Saver& save);

/// report.html and junit.xml beside the report that they show. Inside GitHub Actions also annotations on stdout and the
/// step summary.
void write_report_files(Json report, const Json& verdict, RunDirectory& directory, const std::string& program,
                        Saver& save);

/// Appends the Markdown report to the file that GITHUB_STEP_SUMMARY names; does nothing without one. Throws
/// Error{input}.
void append_step_summary(const report::Document& document);

}  // namespace robustcheck::app
