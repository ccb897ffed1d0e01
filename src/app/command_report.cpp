#include <iostream>
#include <sstream>

#include "robustcheck/app/options.h"
#include "robustcheck/app/report_files.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

const report::Format& find_format(const std::string& name) {
  std::vector<std::string> names;
  for (const report::Format& format : report::kFormats) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  throw Error(ErrorKind::usage, "--format: " + unknown_name("format", name, names, join(names, ", ")));
}

bool lies_in(const fs::path& file, const fs::path& folder) {
  const fs::path relative = fs::weakly_canonical(file).lexically_relative(fs::weakly_canonical(folder));
  return !relative.empty() && *relative.begin() != "..";
}

/// What the run was made from, and what belongs to it, is not replaced by a rendering of it.
void check_no_input(const report::Document& document, const fs::path& out) {
  if (!fs::is_regular_file(out)) return;  // a device, a pipe: nothing is replaced
  std::vector<fs::path> kept = {fs::path(document.run) / "cases", fs::path(document.run) / "journal.jsonl"};
  for (const char* part : {"model", "dataset"}) {
    const Json entry = document.report.value(part, Json());
    const Json path = entry.is_object() ? entry.value("path", Json()) : Json();
    if (path.is_string()) kept.emplace_back(path.get<std::string>());
  }
  for (const fs::path& path : kept)
    if (!path.empty() && fs::exists(path) && lies_in(out, path))
      throw Error(ErrorKind::usage, "--out " + out.string() + ": is a file of the run or of what it was made from");
}

}  // namespace

int run_report(const ReportOptions& options) {
  const report::Format& format = find_format(options.format);
  std::error_code error;
  for (const std::filesystem::path& input : {options.report, options.report / "report.json"})
    if (std::filesystem::equivalent(input, options.out, error))
      throw Error(ErrorKind::usage, "--out " + options.out.string() + ": is the report itself");
  const report::Document document = read_document(options.report, options.program);
  check_no_input(document, options.out);
  std::ostringstream out;
  format.write(document, out);
  if (options.format == "github") Saver().extra([&] { append_step_summary(document); });
  if (options.out.empty())
    std::cout << out.str();
  else
    write_file(options.out, out.str());
  return kExitOk;
}

}  // namespace robustcheck::app
