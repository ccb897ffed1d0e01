#include <algorithm>
#include <ostream>

#include "robustcheck/app/gate.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

using analysis::Compared;
using analysis::Outcome;
using analysis::RuleResult;

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 14;

std::string padded(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}

std::string coloured(const std::string& text, Outcome outcome, bool colour) {
  if (!colour) return text;
  const char* code = outcome == Outcome::pass ? "32" : outcome == Outcome::fail ? "31" : "33";
  return std::string("\033[") + code + "m" + text + "\033[0m";
}

void write_wrapped(const std::string& text, std::size_t indent, std::ostream& out) {
  std::string line(indent, ' ');
  for (const std::string& word : split(text, ' ')) {
    if (line.size() > indent && line.size() + 1 + word.size() > kWidth) {
      out << line << '\n';
      line.assign(indent, ' ');
    }
    line += (line.size() > indent ? " " : "") + word;
  }
  out << line << '\n';
}

std::string counted(const std::vector<RuleResult>& rules, Outcome outcome) {
  const auto count =
      std::count_if(rules.begin(), rules.end(), [&](const RuleResult& r) { return r.outcome == outcome; });
  return std::to_string(count) + " " + analysis::name(outcome);
}

void write_allowances(const analysis::GateResult& result, std::ostream& out) {
  for (const analysis::Allowance& one : result.used)
    write_wrapped("allowed until " + one.expires + ": " + one.signature + " (" + one.reason + ")", 0, out);
  for (const analysis::Allowance& one : result.expired)
    write_wrapped("no longer allowed, expired " + one.expires + ": " + one.signature + " (" + one.reason + ")", 0, out);
}

std::string rate(const std::optional<analysis::Measured>& measured) { return measured ? percent(measured->rate) : "-"; }

void write_comparison(const Verdict& verdict, std::ostream& out) {
  if (verdict.baseline.empty() && verdict.compared.empty()) return;
  out << "\nagainst " << (verdict.baseline.empty() ? "the report that the run was given" : verdict.baseline) << '\n';
  for (const std::string& note : verdict.notes) write_wrapped("note: " + note, 0, out);
  out << "change              before   now      p-value  signature\n";
  for (const Compared& row : verdict.compared) {
    const std::string p_value = !row.p_value ? "-" : *row.p_value < 0.0001 ? "< 0.0001" : fixed(*row.p_value, 4);
    const std::string why = row.test.empty() ? row.reason : row.test;
    out << padded(analysis::name(row.change), 20) << padded(rate(row.before), 9) << padded(rate(row.now), 9)
        << padded(p_value, 9) << (row.description.empty() ? row.signature : row.description)
        << (why.empty() ? "" : " (" + why + ")") << '\n';
  }
  if (verdict.compared.empty()) out << "neither report holds a counterexample\n";
}

Json interval(const Interval& ci95) { return {ci95.low, ci95.high}; }

Json rate_json(const std::optional<analysis::Measured>& measured) {
  if (!measured) return nullptr;
  return {{"failure_rate", measured->rate}, {"ci95", interval(measured->ci95)}, {"images", measured->images}};
}

Json to_json(const RuleResult& rule) {
  return {{"rule", rule.rule},
          {"outcome", analysis::name(rule.outcome)},
          {"limit", rule.limit ? Json(*rule.limit) : Json()},
          {"value", rule.measured ? Json(rule.measured->value) : Json()},
          {"ci95", rule.measured ? interval(rule.measured->ci95) : Json()},
          {"signature", rule.signature.empty() ? Json() : Json(rule.signature)},
          {"more_images", rule.more_images ? Json(*rule.more_images) : Json()},
          {"message", rule.message}};
}

Json to_json(const Compared& row) {
  return {{"signature", row.signature},
          {"change", analysis::name(row.change)},
          {"before", rate_json(row.before)},
          {"now", rate_json(row.now)},
          {"p_value", row.p_value ? Json(*row.p_value) : Json()},
          {"test", row.test.empty() ? Json() : Json(row.test)},
          {"reason", row.reason.empty() ? Json() : Json(row.reason)},
          {"description", row.description.empty() ? Json() : Json(row.description)}};
}

Json to_json(const std::vector<analysis::Allowance>& list) {
  Json json = Json::array();
  for (const analysis::Allowance& one : list)
    json.push_back({{"signature", one.signature}, {"reason", one.reason}, {"expires", one.expires}});
  return json;
}

template <typename Row>
Json list_json(const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) json.push_back(to_json(row));
  return json;
}

}  // namespace

void write_verdict(const Verdict& verdict, bool colour, std::ostream& out) {
  if (!verdict.unfinished.empty()) {
    out << coloured("gate: inconclusive", Outcome::inconclusive, colour) << "\n" << verdict.unfinished << '\n';
    return;
  }
  const analysis::GateResult& result = verdict.result;
  out << coloured("gate: " + analysis::name(result.outcome), result.outcome, colour) << " ("
      << counted(result.rules, Outcome::pass) << ", " << counted(result.rules, Outcome::fail) << ", "
      << counted(result.rules, Outcome::inconclusive) << ")\n";
  for (const RuleResult& rule : result.rules) {
    out << coloured(padded(analysis::name(rule.outcome), kIndent), rule.outcome, colour) << rule.rule << '\n';
    write_wrapped(rule.message, kIndent, out);
  }
  write_allowances(result, out);
  for (const std::string& path : verdict.unchecked) out << "not there, its hash was not checked: " << path << '\n';
  write_comparison(verdict, out);
}

Json to_json(const Verdict& verdict) {
  const bool finished = verdict.unfinished.empty();
  return {{"outcome", finished ? analysis::name(verdict.result.outcome) : "inconclusive"},
          {"exit_code", verdict.exit_code()},
          {"unfinished", finished ? Json() : Json(verdict.unfinished)},
          {"rules", list_json(verdict.result.rules)},
          {"broken_by", verdict.result.broken_by},
          {"allowed", to_json(verdict.result.used)},
          {"expired", to_json(verdict.result.expired)},
          {"unchecked", verdict.unchecked},
          {"baseline", verdict.baseline.empty() ? Json() : Json(verdict.baseline)},
          {"notes", verdict.notes},
          {"comparison", list_json(verdict.compared)}};
}

}  // namespace robustcheck::app
