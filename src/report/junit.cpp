#include <ostream>

#include "escape.h"
#include "fields.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report {
namespace {

struct TestCase {
  std::string classname, name;
  std::string outcome{};  ///< failure, error, skipped; empty: passed
  std::string type{}, message{}, body{};
};

/// How a counterexample reads in a log: what changed, why, and the line that runs it again.
std::string body_of(const Document& document, const Json& found) {
  std::string body = description(found) + "\n" + blame(found) + "\n" + advice(found) + "\n";
  for (const Json& example : list(found, "examples")) body += replay_command(document, example) + "\n";
  return body;
}

TestCase case_of(const Document& document, const Json& found) {
  const std::string oracle = text(found, "oracle");
  const std::string message = "fails on " + percent_or_none(number(found, "failure_rate")) + " " +
                              bounds(interval(found, "ci95")) + " of " + std::to_string(count(found, "images")) +
                              " unseen images";
  if (const std::string reason = tolerated(document, found); !reason.empty())
    return {"robustcheck." + oracle, text(found, "signature"), "skipped", "tolerated", reason + "; " + message, ""};
  return {"robustcheck." + oracle, text(found, "signature"), oracle == "crash" ? "error" : "failure", oracle, message,
          body_of(document, found)};
}

TestCase run_case(const Document& document) {
  const std::string reason = unanswered(document);
  if (reason.empty()) return {"robustcheck", "search is complete"};
  return {"robustcheck", "search is complete", "error", complete(document) ? "inconclusive" : "partial", reason, ""};
}

TestCase rule_case(const Json& rule) {
  const std::string said = text(rule, "outcome");
  const std::string outcome = said == "pass" ? "" : said == "fail" ? "failure" : "error";
  return {"robustcheck.policy", text(rule, "rule"), outcome, said, text(rule, "message"), ""};
}

TestCase corpus_case(const Document& document, const Json& row) {
  const std::string state = text(row, "state"), signature = text(row, "signature"), name = text(row, "case");
  if (state == "fixed") return {"robustcheck.corpus", name};
  const std::string why = allowed(document, signature), message = signature + " " + state;
  if (!why.empty() && (state == "fails" || !list(document.verdict, "rules").empty()))
    return {"robustcheck.corpus", name, "skipped", "tolerated", why + "; " + message, ""};
  if (state == "fails") return {"robustcheck.corpus", name, "failure", "corpus", message, ""};
  return {"robustcheck.corpus", name, "error", state, message + ": " + text(row, "reason"), ""};
}

std::vector<TestCase> cases_of(const Document& document) {
  std::vector<TestCase> cases = {run_case(document)};
  for (const Json& rule : list(document.verdict, "rules")) cases.push_back(rule_case(rule));
  for (const Json& row : list(at(document.report, "corpus"), "cases")) cases.push_back(corpus_case(document, row));
  for (const Json& found : list(document.report, "counterexamples")) cases.push_back(case_of(document, found));
  for (const Json& knob : list(document.report, "unavailable_knobs"))
    cases.push_back({"robustcheck.knobs", text(knob, "knob") + "=" + plain(at(knob, "value")), "skipped",
                     text(knob, "reason"), text(knob, "message"), ""});
  return cases;
}

std::size_t number_of(const std::vector<TestCase>& cases, const std::string& outcome) {
  std::size_t n = 0;
  for (const TestCase& one : cases) n += one.outcome == outcome ? 1 : 0;
  return n;
}

void write_case(const TestCase& one, std::ostream& out) {
  out << "    <testcase classname=\"" << escape_attribute(one.classname) << "\" name=\"" << escape_attribute(one.name)
      << "\" time=\"0\"";
  if (one.outcome.empty()) {
    out << "/>\n";
    return;
  }
  out << ">\n      <" << one.outcome << " type=\"" << escape_attribute(one.type) << "\" message=\""
      << escape_attribute(one.message) << '"';
  if (one.body.empty())
    out << "/>\n";
  else
    out << '>' << escape_xml(one.body) << "</" << one.outcome << ">\n";
  out << "    </testcase>\n";
}

}  // namespace

void write_junit(const Document& document, std::ostream& out) {
  const std::vector<TestCase> cases = cases_of(document);
  const std::string time = fixed(number(at(document.report, "timing"), "total_s").value_or(0.0), 3);
  const std::string counts = "tests=\"" + std::to_string(cases.size()) + "\" failures=\"" +
                             std::to_string(number_of(cases, "failure")) + "\" errors=\"" +
                             std::to_string(number_of(cases, "error")) + "\"";
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"robustcheck\" " << counts << " time=\"" << time
      << "\">\n  <testsuite name=\"robustcheck\" " << counts << " skipped=\"" << number_of(cases, "skipped")
      << "\" time=\"" << time << "\">\n";
  for (const TestCase& one : cases) write_case(one, out);
  out << "  </testsuite>\n</testsuites>\n";
}

}  // namespace robustcheck::report
