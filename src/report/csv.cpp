#include <ostream>

#include "escape.h"
#include "fields.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report {
namespace {

constexpr const char* kHeader =
    "rank,id,signature,oracle,description,failure_rate,ci95_low,ci95_high,images,magnitude,knobs_changed,minimal,"
    "worst_class,worst_class_failure_rate,data_alone,config_alone,interaction,interaction_low,interaction_high,needs,"
    "case";

std::string field(const std::optional<double>& value) { return value ? shortest(*value) : ""; }

void add_interval(std::vector<std::string>& row, const Json& object, const std::string& key) {
  const auto ends = interval(object, key);
  row.push_back(ends ? shortest(ends->first) : "");
  row.push_back(ends ? shortest(ends->second) : "");
}

std::string needs(const Json& found) {
  switch (side(found)) {
    case Side::data:
      return "data";
    case Side::config:
      return "configuration";
    case Side::joint:
      return "both";
    case Side::both:
      break;
  }
  return "either";
}

std::string first_case(const Json& found) {
  const Json& examples = list(found, "examples");
  return examples.empty() ? "" : text(examples[0], "case");
}

std::vector<std::string> row_of(const Json& found) {
  const Json& attribution = at(found, "attribution");
  const Json& worst = at(found, "worst_class");
  std::vector<std::string> row = {std::to_string(count(found, "rank"))};
  for (const char* key : {"id", "signature", "oracle"}) row.push_back(escape_csv(text(found, key)));
  row.push_back(escape_csv(description(found)));
  row.push_back(field(number(found, "failure_rate")));
  add_interval(row, found, "ci95");
  row.push_back(std::to_string(count(found, "images")));
  row.push_back(field(number(found, "magnitude")));
  row.push_back(std::to_string(count(found, "knobs_changed")));
  row.push_back(at(found, "minimal") == false ? "no" : "yes");
  row.push_back(escape_csv(text(worst, "name")));
  row.push_back(field(number(worst, "failure_rate")));
  for (const char* key : {"data", "config", "interaction"}) row.push_back(field(number(attribution, key)));
  add_interval(row, attribution, "interaction_ci95");
  row.push_back(needs(found));
  row.push_back(escape_csv(first_case(found)));
  return row;
}

}  // namespace

void write_csv(const Document& document, std::ostream& out) {
  out << kHeader << "\r\n";
  for (const Json& found : list(document.report, "counterexamples")) out << join(row_of(found), ",") << "\r\n";
}

}  // namespace robustcheck::report
