#include <algorithm>
#include <ostream>

#include "comparison.h"
#include "escape.h"
#include "fields.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report {
namespace {

constexpr std::size_t kRows = 100;  // GitHub takes 1 MiB of step summary

/// A code span that may hold backticks.
std::string code(const std::string& text) {
  const std::string fence = text.find('`') == std::string::npos ? "`" : "`` ";
  return fence + clean(text) + std::string(fence.rbegin(), fence.rend());
}

void write_accuracy(const Document& document, std::ostream& out) {
  const Json& baseline = at(document.report, "baseline");
  const Json& robust = at(document.report, "robust_accuracy");
  out << "| | accuracy | 95 % interval | images |\n|---|---:|---:|---:|\n";
  out << "| clean | " << percent_or_none(number(baseline, "accuracy")) << " | | " << count(baseline, "images")
      << " |\n";
  out << "| worst case | " << percent_or_none(number(robust, "value")) << " | " << bounds(interval(robust, "ci95"))
      << " | " << (robust.is_object() ? std::to_string(count(robust, "images")) : "") << " |\n\n";
}

void write_row(const Json& found, std::ostream& out) {
  out << "| " << count(found, "rank") << " | " << percent_or_none(number(found, "failure_rate")) << " | "
      << bounds(interval(found, "ci95")) << " | " << escape_markdown(description(found)) << " | "
      << escape_markdown(blame(found)) << " |\n";
}

void write_rows(const Json& all, std::ostream& out) {
  out << "| rank | failure rate | 95 % interval | what changed | what breaks it |\n|---:|---:|---:|---|---|\n";
  for (std::size_t i = 0; i < std::min(all.size(), kRows); ++i) write_row(all[i], out);
  if (all.size() > kRows) out << "\n" << all.size() - kRows << " more are in report.json.\n";
}

void write_commands(const Document& document, std::ostream& out) {
  out << "\n<details><summary>Run them again</summary>\n\n";
  const Json& all = list(document.report, "counterexamples");
  for (std::size_t i = 0; i < std::min(all.size(), kRows); ++i)
    if (const std::string command = replay_command(document, all[i], 0); !command.empty())
      out << "- " << count(all[i], "rank") << ": " << code(command) << '\n';
  out << "\n</details>\n";
}

void write_comparison(const Document& document, std::ostream& out) {
  const std::string words = comparison_in_words(document.report);
  if (words.empty()) return;
  out << "\nAgainst the old model: " << words << ".\n";
  const std::vector<const Json*> rows = told_rows(document.report);
  if (rows.empty()) return;
  out << "\n| change | variance | before | now |\n|---|---|---:|---:|\n";
  for (std::size_t i = 0; i < std::min(rows.size(), kRows); ++i)
    out << "| " << escape_markdown(text(*rows[i], "verdict")) << " | " << escape_markdown(text(*rows[i], "description"))
        << " | " << percent_or_none(number(at(*rows[i], "there"), "failure_rate")) << " | "
        << percent_or_none(number(at(*rows[i], "here"), "failure_rate")) << " |\n";
}

void write_not_tested(const Document& document, std::ostream& out) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : at(document.report, "dropped").items())
    if (value.is_number() && value != 0) parts.push_back(plain(value) + " " + dropped_in_words(key));
  if (!parts.empty()) out << "\nLeft out: " << escape_markdown(join(parts, "; ")) << ".\n";
  if (const std::size_t knobs = list(document.report, "unavailable_knobs").size(); knobs > 0)
    out << "\nNot searched: " << knobs << " knob values, which have no effect or do not work here.\n";
}

}  // namespace

void write_markdown(const Document& document, std::ostream& out) {
  out << "## " << escape_markdown(verdict(document)) << "\n\n" << escape_markdown(verdict_details(document)) << "\n\n";
  write_accuracy(document, out);
  const Json& all = list(document.report, "counterexamples");
  if (!all.empty()) {
    write_rows(all, out);
    write_commands(document, out);
  }
  write_comparison(document, out);
  write_not_tested(document, out);
}

}  // namespace robustcheck::report
