#include "robustcheck/report/document.h"

#include <algorithm>

#include "fields.h"
#include "robustcheck/base/error.h"
#include "robustcheck/report/report.h"

namespace robustcheck::report {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& why) {
  throw Error(ErrorKind::input, place + ": " + why);
}

void check_counterexample(const Json& found, const std::string& place) {
  if (!found.is_object()) refuse(place, "is no object");
  for (const char* key : {"id", "signature", "oracle"})
    if (!at(found, key).is_string()) refuse(place + "/" + key, "is no text");
  if (!number(found, "failure_rate")) refuse(place + "/failure_rate", "is no number");
  if (!at(found, "variance").is_object()) refuse(place + "/variance", "is no object");
}

}  // namespace

Document make_document(Json report, const std::string& place) {
  if (!report.is_object() || !report.contains("schema_version")) refuse(place, "is no report of robustcheck search");
  if (report["schema_version"] != kSchemaVersion)
    refuse(place + "/schema_version", report["schema_version"].dump() + " is not " + std::to_string(kSchemaVersion) +
                                          ", which this version reads");
  const std::string status = text(report, "status");
  if (status != "complete" && status != "partial")
    refuse(place + "/status", "'" + status + "' is neither complete nor partial");
  if (!at(report, "counterexamples").is_array()) refuse(place + "/counterexamples", "is no list");
  std::size_t i = 0;
  for (const Json& found : report["counterexamples"])
    check_counterexample(found, place + "/counterexamples/" + std::to_string(i++));
  Document document;
  document.report = std::move(report);
  return document;
}

}  // namespace robustcheck::report
