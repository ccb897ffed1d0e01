#include <iostream>
#include <sstream>

#include "robustcheck/app/options.h"
#include "robustcheck/app/report_files.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

const report::Format& find_format(const std::string& name) {
  std::vector<std::string> names;
  for (const report::Format& format : report::kFormats) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  throw Error(ErrorKind::usage, "--format: " + unknown_name("format", name, names, join(names, ", ")));
}

}  // namespace

int run_report(const ReportOptions& options) {
  const report::Format& format = find_format(options.format);
  std::error_code error;
  for (const std::filesystem::path& input : {options.report, options.report / "report.json"})
    if (std::filesystem::equivalent(input, options.out, error))
      throw Error(ErrorKind::usage, "--out " + options.out.string() + ": is the report itself");
  const report::Document document = read_document(options.report, options.program);
  std::ostringstream out;
  format.write(document, out);
  if (options.format == "github") append_step_summary(document);
  if (options.out.empty())
    std::cout << out.str();
  else
    write_file(options.out, out.str());
  return kExitOk;
}

}  // namespace robustcheck::app
