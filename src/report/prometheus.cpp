#include <ostream>

#include "escape.h"
#include "fields.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report {
namespace {

std::string label(const std::string& name, const std::string& value) {
  std::string escaped;
  for (const char c : clean(value)) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? "\\n" : std::string(1, c);
  }
  return name + "=\"" + escaped + "\"";
}

std::string model_label(const Document& document) {
  const std::string path = text(at(document.report, "model"), "path");
  return label("model", path.substr(path.rfind('/') + 1));
}

void write_head(const std::string& name, const std::string& help, std::ostream& out) {
  out << "# HELP robustcheck_" << name << ' ' << help << "\n# TYPE robustcheck_" << name << " gauge\n";
}

/// A number that was not measured has no sample.
void write_gauge(const Document& document, const std::string& name, const std::string& help,
                 const std::optional<double>& value, std::ostream& out) {
  if (!value) return;
  write_head(name, help, out);
  out << "robustcheck_" << name << '{' << model_label(document) << "} " << shortest(*value) << '\n';
}

void write_rates(const Document& document, std::ostream& out) {
  const Json& all = list(document.report, "counterexamples");
  if (all.empty()) return;
  write_head("failure_rate", "Failure rate of a counterexample on unseen images.", out);
  for (const Json& found : all)
    out << "robustcheck_failure_rate{" << model_label(document) << ',' << label("oracle", text(found, "oracle")) << ','
        << label("signature", text(found, "signature")) << ',' << label("id", text(found, "id")) << "} "
        << shortest(*number(found, "failure_rate")) << '\n';
}

std::optional<double> worst_rate(const Json& all) {
  std::optional<double> worst;
  for (const Json& found : all) worst = std::max(worst.value_or(0.0), *number(found, "failure_rate"));
  return worst;
}

}  // namespace

void write_prometheus(const Document& document, std::ostream& out) {
  const Json& report = document.report;
  const Json& all = list(report, "counterexamples");
  const Json& robust = at(report, "robust_accuracy");
  const auto ends = interval(robust, "ci95");
  write_gauge(document, "complete", "1 if the run is complete, 0 if it was cut short.", complete(document) ? 1 : 0,
              out);
  write_gauge(document, "counterexamples", "Confirmed counterexamples.", static_cast<double>(all.size()), out);
  write_gauge(document, "clean_accuracy", "Accuracy at the reference.", number(at(report, "baseline"), "accuracy"),
              out);
  write_gauge(document, "robust_accuracy", "Accuracy when each image meets its worst counterexample.",
              number(robust, "value"), out);
  if (ends) write_gauge(document, "robust_accuracy_low", "Lower end of its 95 % interval.", ends->first, out);
  if (ends) write_gauge(document, "robust_accuracy_high", "Upper end of its 95 % interval.", ends->second, out);
  write_gauge(document, "worst_failure_rate", "Highest failure rate of a counterexample.", worst_rate(all), out);
  write_gauge(document, "evaluations", "Evaluations of the search.", number(at(report, "budget"), "evaluations"), out);
  write_rates(document, out);
}

}  // namespace robustcheck::report
