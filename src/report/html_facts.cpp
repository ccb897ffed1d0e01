#include <algorithm>
#include <ostream>

#include "escape.h"
#include "fields.h"
#include "html.h"
#include "robustcheck/base/dataset.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report::html {
namespace {

void write_fact(const std::string& name, const std::string& value, std::ostream& out) {
  if (!value.empty()) out << "<dt>" << escape_xml(name) << "</dt><dd>" << escape_xml(value) << "</dd>\n";
}

/// At most `most` points, the last one among them.
Convergence thinned(const Convergence& points, std::size_t most) {
  if (points.size() <= most) return points;
  Convergence few;
  for (std::size_t i = 0; i < most; ++i) few.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return few;
}

/// A staircase: the number stays until the next signature.
std::string staircase(const Convergence& points, std::uint64_t evaluations) {
  constexpr double kWidth = 600, kHeight = 200, kMargin = 6;
  const auto most = static_cast<double>(points.back().second);
  const auto x = [&](std::uint64_t at) {
    return fixed(kWidth * static_cast<double>(at) / static_cast<double>(std::max<std::uint64_t>(1, evaluations)), 1);
  };
  const auto y = [&](std::uint64_t n) {
    return fixed(kHeight - kMargin - (kHeight - 2 * kMargin) * static_cast<double>(n) / most, 1);
  };
  std::string line = "0," + y(0);
  std::uint64_t before = 0;
  for (const auto& [at, n] : points) {
    line += " " + x(at) + "," + y(before) + " " + x(at) + "," + y(n);
    before = n;
  }
  return line + " " + x(evaluations) + "," + y(before);
}

std::string arguments(const Json& command) {
  std::vector<std::string> words;
  for (const Json& word : command) words.push_back(shell_word(plain(word)));
  return join(words, " ");
}

std::string all_texts(const Json& values) {
  std::vector<std::string> parts;
  for (const Json& value : values) parts.push_back(plain(value));
  return join(parts, ", ");
}

void write_unavailable(const Document& document, std::ostream& out) {
  const Json& knobs = list(document.report, "unavailable_knobs");
  if (knobs.empty()) return;
  open_table("knob values that were not searched", out);
  out << "<caption>Knob values that were not searched.</caption>\n<thead><tr><th scope=\"col\">knob</th><th "
         "scope=\"col\">value</th><th scope=\"col\">reason</th><th scope=\"col\">in words</th></tr></thead>\n<tbody>\n";
  for (const Json& row : knobs)
    out << "<tr><th scope=\"row\">" << escape_xml(text(row, "knob")) << "</th><td>"
        << escape_xml(plain(at(row, "value"))) << "</td><td>" << escape_xml(text(row, "reason")) << "</td><td>"
        << escape_xml(text(row, "message")) << "</td></tr>\n";
  out << "</tbody>\n";
  close_table(out);
}

/// Reports of older versions say neither.
void write_confirmation(const Document& document, std::ostream& out) {
  const Json& report = document.report;
  if (!report.contains("confirmation")) return;
  const Json &budget = at(report, "budget"), &confirmation = at(report, "confirmation");
  out << "<p>" << count(budget, "confirmed") << " of " << count(budget, "candidates")
      << " candidates above the failure limit were confirmed, in " << count(confirmation, "tests") << " tests";
  if (const auto rate = number(report, "detectable_rate"))
    out << ". A tested variance that fails on " << percent(*rate)
        << " of all images would have been confirmed with probability 0.8 (" << count(confirmation, "images")
        << " unseen images)";
  out << ".</p>\n";
}

void write_dropped(const Document& document, std::ostream& out) {
  const Json& dropped = at(document.report, "dropped");
  out << "<dl class=\"facts\">\n";
  for (const auto& [key, value] : dropped.items())
    if (value.is_number() && value != 0) write_fact(plain(value), dropped_in_words(key), out);
  out << "</dl>\n";
}

/// Files that were given and are no images of the run.
void write_skipped(const Document& document, std::ostream& out) {
  const Json& skipped = at(at(document.report, "dataset"), "skipped");
  if (skipped.empty()) return;
  out << "<h3>Files that were left out</h3>\n<dl class=\"facts\">\n";
  for (const auto& [reason, count] : skipped.items()) write_fact(plain(count), skipped_in_words(reason), out);
  out << "</dl>\n";
}

}  // namespace

void write_convergence(const Document& document, std::ostream& out) {
  constexpr std::size_t kPoints = 300;
  const Convergence points = thinned(document.convergence, kPoints);
  if (points.empty()) return;
  const std::uint64_t evaluations = std::max(points.back().first, count(at(document.report, "budget"), "evaluations"));
  const std::string last = std::to_string(points.back().second);
  open_section("convergence", "Search convergence", out);
  out << "<figure>\n<div class=\"ends\"><span>" << last << " signatures</span></div>\n"
      << "<svg class=\"chart\" viewBox=\"0 0 600 200\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" << last
      << " different signatures of failures after " << evaluations << " evaluations; the first after "
      << points.front().first << "; the last new one after " << points.back().first << "\"><polyline points=\""
      << staircase(points, evaluations) << "\"/></svg>\n<div class=\"ends\"><span>0</span><span>" << evaluations
      << " evaluations</span></div>\n<figcaption>Different kinds of failure (signatures) that the search had seen. A "
         "line that still rises at the end says that a larger --budget would find more.</figcaption>\n</figure>\n";
  close_section(out);
}

void write_environment(const Document& document, std::ostream& out) {
  const Json& report = document.report;
  const Json &baseline = at(report, "baseline"), &dataset = at(report, "dataset"), &model = at(report, "model");
  open_section("environment", "Baseline and environment", out);
  out << "<dl class=\"facts\">\n";
  write_fact("model", text(model, "path"), out);
  write_fact("model SHA-256", text(model, "sha256"), out);
  write_fact("images", text(dataset, "path") + " (" + std::to_string(count(dataset, "images")) + ")", out);
  write_fact("images SHA-256", text(dataset, "sha256"), out);
  write_fact(
      "eligible",
      std::to_string(count(baseline, "eligible")) + " of " + std::to_string(count(baseline, "images")) + " images",
      out);
  if (const auto noise = number(baseline, "noise"))
    write_fact("noise floor", plain(*noise) + " in a score between two equal runs", out);
  if (const auto dependence = number(baseline, "batch_dependence"))
    write_fact("batch dependence", plain(*dependence) + " in a score between batches of other company", out);
  write_fact("profiles", all_texts(list(at(report, "space"), "profiles")), out);
  write_fact("strategy", text(at(report, "space"), "strategy"), out);
  write_fact("oracle", text(at(report, "space"), "oracle"), out);
  write_fact("seed", plain(at(report, "seed")), out);
  for (const auto& [key, value] : at(report, "budget").items())
    if (value.is_number() && value != 0) write_fact("budget: " + key, plain(value), out);
  for (const auto& [key, value] : at(report, "environment").items()) write_fact(key, plain(value), out);
  if (const auto total = number(at(report, "timing"), "total_s")) write_fact("duration", fixed(*total, 1) + " s", out);
  out << "</dl>\n<h3>Command</h3>\n<pre>" << escape_xml(arguments(list(report, "command"))) << "</pre>\n";
  close_section(out);
}

void write_not_tested(const Document& document, std::ostream& out) {
  open_section("not-tested", "What was not tested, and why", out);
  if (!complete(document))
    out << "<p><b>The run was cut short.</b> Every candidate so far, confirmed or not, is in journal.jsonl.</p>\n";
  write_confirmation(document, out);
  write_dropped(document, out);
  write_unavailable(document, out);
  write_skipped(document, out);
  out << "<p class=\"small muted\">Only the transforms and knob values of the profiles above were searched, each "
         "within "
         "its range; report.json lists them under space. What was found is no proof that there is nothing else.</p>\n";
  close_section(out);
}

}  // namespace robustcheck::report::html
