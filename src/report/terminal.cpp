#include <algorithm>
#include <cmath>
#include <ostream>

#include "comparison.h"
#include "escape.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "robustcheck/report/confirmation_words.h"
#include "robustcheck/report/report.h"

namespace robustcheck::report {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 6;
constexpr std::size_t kHang = 2;  // of the notes' second lines

std::string padded(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string bold(const std::string& text, const TerminalStyle& style) {
  return style.colour ? "\033[1m" + text + "\033[0m" : text;
}

std::string bounds(const analysis::Interval& ci95) {
  return "[" + fixed(100 * ci95.low, 1) + ", " + fixed(100 * ci95.high, 1) + "]";
}

/// The words of a text; a number and its "%" are one. GitHub obeys a line that starts with "::": none does.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string& word : split(text, ' ')) {
    if ((word.starts_with('%') || word.starts_with("::")) && !words.empty())
      words.back() += " " + word;
    else
      words.push_back(word);
  }
  return words;
}

/// Breaks at spaces; the first line starts after `first` spaces, the others after `indent`.
void write_wrapped(const std::string& text, std::size_t first, std::size_t indent, std::ostream& out) {
  std::string line(first, ' ');
  bool empty = true;
  for (const std::string& word : words_of(one_line_text(text))) {
    if (!empty && line.size() + 1 + word.size() > kWidth) {
      out << line << '\n';
      line.assign(indent, ' ');
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  out << line << '\n';
}

/// Which side breaks the model, as one phrase.
std::string blame(const Counterexample& found) {
  if (found.variance.config.empty()) return "data alone";
  if (found.variance.data.empty()) return "configuration alone";
  if (!found.attribution) return "data and configuration";
  const std::string parts =
      "data alone " + percent(found.attribution->data) + ", configuration alone " + percent(found.attribution->config);
  if (!found.needs_both.value_or(false)) return parts;
  return "needs both: " + parts + ", only together " + percent(found.attribution->interaction.value) + " " +
         bounds(found.attribution->interaction.ci95);
}

/// "share of the failures: fog 61 %, frost 39 %"; nothing to say about a single gene.
std::string gene_shares(const Counterexample& found) {
  std::vector<std::string> parts;
  for (const GeneShare& one : found.genes) parts.push_back(one.gene + " " + fixed(100 * one.share, 0) + " %");
  return parts.size() < 2 ? "" : "share of the failures: " + join(parts, ", ");
}

/// "  1   43.2 %   [38.9, 47.7]   480   0.44  label"
void write_row(const Counterexample& found, std::size_t rank, const TerminalStyle& style, std::ostream& out) {
  const std::string rate = padded(percent(found.failure_rate()), 12);
  out << padded(std::to_string(rank), 4) << bold(rate, style) << padded(bounds(found.ci95), 16)
      << padded(std::to_string(found.images), 8) << padded(fixed(found.magnitude, 2), 11) << "  " << found.oracle
      << (found.minimal ? "" : " (not minimal)") << '\n';
}

void write_counterexample(const Counterexample& found, std::size_t rank, const Report& report, const std::string& run,
                          const TerminalStyle& style, std::ostream& out) {
  write_row(found, rank, style, out);
  write_wrapped(space::describe(found.variance, report.catalogue), kIndent, kIndent, out);
  write_wrapped(blame(found), kIndent, kIndent, out);
  if (const std::string shares = gene_shares(found); !shares.empty()) write_wrapped(shares, kIndent, kIndent, out);
  if (!found.examples.empty())
    out << std::string(kIndent, ' ') << shell_word(style.program) << " replay "
        << shell_word(run + '/' + found.examples.front().case_file) << '\n';
}

std::string verdict(const Report& report) {
  const std::size_t found = report.counterexamples.size();
  const std::string unfinished = report.status == "complete" ? "" : " (partial run: it was cut short)";
  if (found == 0)
    return (report.counts.not_tested > 0 ? "inconclusive: no confirmed counterexample"
                                         : "no confirmed counterexample") +
           unfinished;
  return std::to_string(found) + " confirmed counterexample" + (found == 1 ? "" : "s") + unfinished;
}

/// "weakest         shirt 76.0 %, coat 88.0 %, pullover 89.0 %"
void write_weakest_classes(const Baseline& baseline, std::ostream& out) {
  constexpr std::size_t kShown = 3;
  std::vector<ClassRate> classes = baseline.per_class;
  std::erase_if(classes, [](const ClassRate& row) { return row.images == 0; });
  if (classes.size() <= kShown) return;
  const auto rate = [](const ClassRate& row) {
    return static_cast<double>(row.right) / static_cast<double>(row.images);
  };
  std::stable_sort(classes.begin(), classes.end(),
                   [&](const ClassRate& a, const ClassRate& b) { return rate(a) < rate(b); });
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kShown; ++i)
    parts.push_back(one_line_text(classes[i].name) + " " + percent(rate(classes[i])));
  out << "weakest         " << join(parts, ", ") << '\n';
}

void write_accuracy(const Report& report, std::ostream& out) {
  if (report.baseline.accuracy)
    out << "clean accuracy  " << percent(*report.baseline.accuracy) << " on " << report.baseline.images << " images\n";
  write_weakest_classes(report.baseline, out);
  if (report.baseline.noise > 0.0)
    out << "noise floor     " << shortest(static_cast<float>(report.baseline.noise))
        << " in a score between two equal runs\n";
  if (!report.baseline.batch_note.empty())
    out << "warning         " << one_line_text(report.baseline.batch_note) << '\n';
  if (report.robust_accuracy)
    out << "worst case      " << percent(report.robust_accuracy->value) << ' ' << bounds(report.robust_accuracy->ci95)
        << " on " << report.robust_accuracy->images << " unseen images, worst of all confirmed\n";
  if (const auto& robust = report.robust_accuracy_image)
    out << "worst per image " << percent(robust->value) << ' ' << bounds(robust->ci95) << " on " << robust->images
        << " images of the search half, after " << fixed(robust->evaluations_per_image, 1)
        << "\n                evaluations each, " << robust->broken << " broken (per_image.jsonl)\n";
}

/// "40 % [32.5, 47]", "12.4 degrees [10.1, 15.2]", "beyond 45 degrees"; "none" where the configuration alone fails.
std::string tolerated(const std::optional<Tolerated>& found, const Tolerance& row, const Report& report) {
  const space::TransformInfo& info = report.catalogue.transform(row.transform, "tolerance");
  const space::Parameter& parameter = info.parameters[info.index_of(row.parameter)];
  if (!found) return "beyond " + space::with_unit(row.tested_to, parameter);
  if (found->magnitude == 0.0) return "none";
  const double scale = row.unit.starts_with("share") ? 100.0 : 1.0;
  const auto end = [&](double value) { return shortest(std::round(value * scale * 1000.0) / 1000.0); };
  return space::with_unit(found->value, parameter) + " [" + end(found->low) + ", " +
         (found->high ? end(*found->high) : "-") + "]";
}

/// The rows that say most: where the configuration costs something, then as they come.
std::vector<const Tolerance*> telling_rows(const Report& report) {
  constexpr std::size_t kShown = 8;
  std::vector<const Tolerance*> rows;
  for (const Tolerance& row : report.tolerance)
    if (row.reference || row.worst) rows.push_back(&row);
  const auto costs = [](const Tolerance* row) {
    return row->worst && row->worst->magnitude > 0.0 &&
           (!row->reference || row->worst->magnitude < row->reference->magnitude);
  };
  std::stable_partition(rows.begin(), rows.end(), costs);
  rows.resize(std::min(rows.size(), kShown));
  return rows;
}

void write_tolerance(const Report& report, std::ostream& out) {
  const std::vector<const Tolerance*> rows = telling_rows(report);
  if (rows.empty()) return;
  out << "tolerance (where the failure rate reaches the failure limit)\n";
  for (const Tolerance* row : rows) {
    std::string text = row->transform + " " + tolerated(row->reference, *row, report);
    if (row->configuration)
      text += "; with " + space::describe({{}, *row->configuration, 0}, report.catalogue) + " " +
              tolerated(row->worst, *row, report);
    write_wrapped(text, kHang, 2 * kHang, out);
  }
  out << '\n';
}

std::uint64_t dropped(const Report& report, const std::string& reason) {
  for (const auto& [name, count] : report.counts.dropped)
    if (name == reason) return count;
  return 0;
}

/// "471 candidates above the limit: 90 confirmed, 16 not confirmed, 364 explained by a confirmed one": the parts add
/// up.
std::string fates(const Report& report) {
  if (report.counts.candidates == 0) return "";
  const std::pair<std::uint64_t, const char*> parts[] = {
      {report.counts.confirmed, " confirmed"},
      {dropped(report, "unconfirmed"), " not confirmed"},
      {dropped(report, "explained"), " explained by a confirmed one"},
      {dropped(report, "merged"), " the same as a confirmed one after minimising"},
      {dropped(report, "not_reproduced"), " not above it on 64 images"},
      {dropped(report, "not_tested"), " not tested"}};
  std::vector<std::string> words;
  for (const auto& [count, text] : parts)
    if (count > 0) words.push_back(std::to_string(count) + text);
  const std::string noun = report.from_file ? " variance" : " candidate",
                    many = report.counts.candidates == 1 ? "" : "s";
  return std::to_string(report.counts.candidates) + noun + many +
         (report.from_file ? " of the file: " : " above the limit: ") + join(words, ", ");
}

/// The worse ones, the largest change first; the others are counted.
void write_comparison(const Report& report, std::ostream& out) {
  if (!report.compared_with) return;
  constexpr std::size_t kShown = 8;
  const Json said = comparison_json(report);
  write_wrapped("against " + report.compared_with->path + ": " + comparison_in_words(said), 0, kHang, out);
  for (const std::string& difference : report.compared_with->differences)
    write_wrapped("note: " + difference, kHang, 2 * kHang, out);
  std::size_t worse = 0;
  for (const Json* row : told_rows(said)) {
    if (row->at("verdict") != "worse" || ++worse > kShown) continue;
    write_wrapped("worse: " + percent(row->at("there").at("failure_rate")) + " -> " +
                      percent(row->at("here").at("failure_rate")) + " " + row->at("description").get<std::string>(),
                  kHang, 2 * kHang, out);
  }
  if (worse > kShown)
    out << std::string(kHang, ' ') << "and " << worse - kShown << " more (baseline_variances in report.json)\n";
  out << '\n';
}

void write_notes(const Report& report, std::ostream& out) {
  const double limit = report.settings.is_object() ? report.settings.value("failure_limit", 0.05) : 0.05;
  const std::string untested = left_untested(report.counts);
  if (report.counterexamples.empty() && (untested.empty() || report.confirmation.tests > 0))
    write_wrapped(nothing_confirmed(limit, report.confirmation), 0, kHang, out);
  if (!untested.empty() && !report.counterexamples.empty()) write_wrapped(untested, 0, kHang, out);
  if (const std::string sums = fates(report); !sums.empty()) write_wrapped(sums, 0, kHang, out);
  if (const std::uint64_t invalid = dropped(report, "invalid"); invalid > 0)
    out << "not run: " << invalid << " variances whose pictures are no longer the same (validity)\n";
  if (!report.skipped.empty()) write_wrapped("files left out: " + in_words(report.skipped), 0, kHang, out);
  if (report.status != "complete")
    out << "every candidate so far, confirmed or not, is in journal.jsonl beside the report\n";
  if (!report.unavailable_knobs.empty())
    out << "not searched: " << report.unavailable_knobs.size()
        << " knob values (unavailable_knobs in report.json says why)\n";
}

}  // namespace

void write_terminal(const Report& report, const std::string& run, const TerminalStyle& style, std::ostream& out) {
  out << bold(verdict(report), style) << '\n';
  write_accuracy(report, out);
  if (!report.counterexamples.empty()) {
    out << "\nrank failure rate     95 % interval  images  magnitude  oracle\n";
    for (std::size_t i = 0; i < report.counterexamples.size(); ++i)
      write_counterexample(report.counterexamples[i], i + 1, report, run, style, out);
    out << "(95 % of the intervals shown cover; the first of near equals is the luckiest)\n\n";
  }
  write_tolerance(report, out);
  write_comparison(report, out);
  write_notes(report, out);
  out << "report: " << one_line_text(run) << "/report.json\n";
}

}  // namespace robustcheck::report
