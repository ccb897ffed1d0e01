#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "robustcheck/base/json.h"

namespace robustcheck::report {

/// Signatures known after so many evaluations of the search.
using Convergence = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// A report.json and what lies beside it: all that a writer may use. No writer reads a clock or a file.
struct Document {
  Json report;                                  ///< checked by make_document
  std::string run;                              ///< the run directory as the user would type it
  std::string program = "robustcheck";          ///< as the user called it: replay lines can be copied
  std::string directory;                        ///< absolute; paths below it are shown relative to it (SARIF)
  Json verdict;                                 ///< verdict.json of the run; null where its policy was "any"
  std::map<std::string, std::string> pictures;  ///< PNG bytes by path relative to the run
  Convergence convergence;
};

/// Checks what every writer relies on: schema_version, status and the counterexamples. What a report may leave out
/// (DESIGN, Contract) may be missing or null. Throws Error{input} that names the place.
Document make_document(Json report, const std::string& place);

/// Writes nothing but what the document says: the same document, the same bytes.
using Writer = void (*)(const Document&, std::ostream&);

/// One page without scripts or requests: pictures and style are in the file.
void write_html(const Document& document, std::ostream& out);
/// JUnit XML: <failure> = counterexample or broken rule, <error> = no output, an inconclusive rule or an unfinished
/// run, <skipped> = knob unavailable, or a counterexample that the policy allows. No failure and no error: exit 0 of
/// search.
void write_junit(const Document& document, std::ostream& out);
/// For pull requests and GitHub's step summary.
void write_markdown(const Document& document, std::ostream& out);
/// RFC 4180, one line per counterexample. Text that a spreadsheet would run as a formula is prefixed with '.
void write_csv(const Document& document, std::ostream& out);
/// SARIF 2.1.0: one rule per oracle, one result per counterexample.
void write_sarif(const Document& document, std::ostream& out);
/// GitHub workflow commands: at most ten errors, worst first, and as many notices of what the policy allows.
void write_github(const Document& document, std::ostream& out);
/// Prometheus text exposition format, gauges only.
void write_prometheus(const Document& document, std::ostream& out);

struct Format {
  const char* name;
  Writer write;
};
inline constexpr Format kFormats[] = {
    {"html", &write_html},   {"junit", &write_junit},   {"markdown", &write_markdown},     {"csv", &write_csv},
    {"sarif", &write_sarif}, {"github", &write_github}, {"prometheus", &write_prometheus},
};

}  // namespace robustcheck::report
