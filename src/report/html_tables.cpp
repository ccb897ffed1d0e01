#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>

#include "escape.h"
#include "fields.h"
#include "html.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report::html {
namespace {

void write_tile(const std::string& name, const std::optional<double>& value, const std::string& note,
                std::ostream& out) {
  out << "<div class=\"tile\"><h3>" << name << "</h3>\n<p class=\"big\">" << rate(value) << "</p>\n"
      << bar(value, "accuracy") << "<p class=\"small muted\">" << escape_xml(note) << "</p></div>\n";
}

/// How light or dark a cell of the interaction map is.
int level(double interaction) {
  constexpr double kSteps[] = {0.01, 0.02, 0.05, 0.10, 0.20, 0.35};
  return static_cast<int>(std::upper_bound(std::begin(kSteps), std::end(kSteps), interaction) - std::begin(kSteps));
}

void write_cell(const Json& cell, std::ostream& out) {
  const auto interaction = number(cell, "interaction");
  if (!interaction) {
    out << "<td><span class=\"muted\">none</span></td>";
    return;
  }
  const auto ends = interval(cell, "ci95");
  const std::string points = (*interaction > 0 ? "+" : "") + fixed(100 * *interaction, 1);
  const bool certain = ends && ends->first > 0.0;
  out << "<td class=\"h" << level(*interaction) << "\"><data value=\"" << shortest(*interaction) << "\">"
      << (certain ? "<b>" + points + "</b>" : points) << "</data>";
  if (const auto failure = number(cell, "failure_rate")) out << "<small>" << percent(*failure) << "</small>";
  out << "</td>";
}

/// The names of one axis, in the order of the report.
void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string configuration_in_words(const Json& configuration) {
  if (!configuration.is_object()) return plain(configuration);
  std::vector<std::string> parts;
  for (const auto& [knob, value] : configuration.items()) parts.push_back(knob + " " + plain(value));
  return join(parts, ", ");
}

struct ClassRow {
  const Json* baseline = nullptr;
  std::vector<std::string> ranks{};  ///< of the counterexamples that hit it hardest
  std::optional<double> worst{};
};

std::vector<std::pair<std::string, ClassRow>> class_rows(const Document& document) {
  std::vector<std::pair<std::string, ClassRow>> rows;
  for (const Json& row : list(at(document.report, "baseline"), "per_class"))
    rows.push_back({text(row, "name"), {&row}});
  for (const Json& found : list(document.report, "counterexamples")) {
    const Json& worst = at(found, "worst_class");
    for (auto& [name, row] : rows) {
      if (!worst.is_object() || name != text(worst, "name")) continue;
      row.ranks.push_back(std::to_string(count(found, "rank")));
      row.worst = std::max(row.worst.value_or(0.0), number(worst, "failure_rate").value_or(0.0));
    }
  }
  return rows;
}

}  // namespace

namespace {

/// Which images count, by the oracle that guided the search (DESIGN "Meaning").
std::string eligible_in_words(const Document& document) {
  const std::string oracle = text(at(document.report, "space"), "oracle");
  if (oracle == "consistency" || oracle == "divergence") return " have an answer and count below, right or not";
  return " are right and count below";
}

}  // namespace

void write_accuracy(const Document& document, std::ostream& out) {
  const Json& baseline = at(document.report, "baseline");
  const Json& robust = at(document.report, "robust_accuracy");
  open_section("accuracy", "Accuracy, clean and at its worst", out);
  out << "<div class=\"tiles\">\n";
  write_tile("Clean", number(baseline, "accuracy"),
             "at the reference, on " + std::to_string(count(baseline, "images")) + " images; " +
                 std::to_string(count(baseline, "eligible")) + eligible_in_words(document),
             out);
  write_tile("Worst case", number(robust, "value"),
             robust.is_object() ? "95 % interval " + bounds(interval(robust, "ci95")) + ", on " +
                                      std::to_string(count(robust, "images")) +
                                      " unseen images that each meet the worst of all that was confirmed"
                                : "needs labels, and counterexamples that were confirmed",
             out);
  const Json& each = at(document.report, "robust_accuracy_image");
  if (each.is_object())
    write_tile("Worst per image", number(each, "value"),
               "95 % interval " + bounds(interval(each, "ci95")) + ", on " + std::to_string(count(each, "images")) +
                   " images of the search half, each under the worst variance found for it; " +
                   std::to_string(count(each, "broken")) + " broken (per_image.jsonl)",
               out);
  out << "</div>\n";
  close_section(out);
}

void write_interaction_map(const Document& document, std::ostream& out) {
  const Json& cells = list(document.report, "interaction_map");
  if (cells.empty()) return;
  std::vector<std::string> rows, columns;
  std::map<std::pair<std::string, std::string>, const Json*> table;
  for (const Json& cell : cells) {
    const std::string row = text(cell, "transform"), column = text(cell, "knob") + " " + plain(at(cell, "value"));
    add_name(rows, row);
    add_name(columns, column);
    table[{row, column}] = &cell;
  }
  open_section("interaction", "Interaction map", out);
  open_table("table of transforms and knobs", out);
  out << "<caption>Failures that only the combination of a transform (row) and a knob value (column) causes, in "
         "percentage points; bold where the 95 % interval is above zero. Below it the failure rate of both "
         "together.</caption>\n<thead><tr><th scope=\"col\">transform</th>";
  for (const std::string& column : columns) out << "<th scope=\"col\">" << escape_xml(column) << "</th>";
  out << "</tr></thead>\n<tbody class=\"heat\">\n";
  for (const std::string& row : rows) {
    out << "<tr><th scope=\"row\">" << escape_xml(row) << "</th>";
    for (const std::string& column : columns) {
      const auto found = table.find({row, column});
      write_cell(found == table.end() ? Json() : *found->second, out);
    }
    out << "</tr>\n";
  }
  out << "</tbody>\n";
  close_table(out);
  close_section(out);
}

namespace {

/// "4.9 [2.87, 6.36]", or how far nothing broke it. Where no configuration was found, none was measured.
std::string strength(const Json& row, const std::string& which) {
  const Json& found = at(row, which);
  if (count(row, "images") == 0 || (which == "worst" && at(row, "configuration").is_null())) return "not measured";
  if (!found.is_object()) return "none up to " + plain(at(row, "tested_to"));
  const auto rounded = [&](const char* key) {
    const std::optional<double> value = number(found, key);
    return value ? shortest(std::round(*value * 1000.0) / 1000.0) : std::string("...");
  };
  return rounded("value") + " [" + rounded("low") + ", " + rounded("high") + "]";
}

}  // namespace

void write_tolerance(const Document& document, std::ostream& out) {
  const Json& rows = list(document.report, "tolerance");
  if (rows.empty()) return;
  open_section("tolerance", "Tolerance", out);
  open_table("table of strengths", out);
  out << "<caption>The strength at which failures reach the limit, with its 95 % interval, as deployed and in the "
         "worst "
         "configuration found.</caption>\n"
         "<thead><tr><th scope=\"col\">transform</th><th scope=\"col\">parameter</th><th scope=\"col\" "
         "class=\"n\">reference</th><th scope=\"col\" class=\"n\">worst</th><th scope=\"col\">worst "
         "configuration</th></tr></thead>\n<tbody>\n";
  for (const Json& row : rows)
    out << "<tr><th scope=\"row\">" << escape_xml(text(row, "transform")) << "</th><td>"
        << escape_xml(text(row, "parameter")) << "</td><td class=\"n\">" << escape_xml(strength(row, "reference"))
        << "</td><td class=\"n\">" << escape_xml(strength(row, "worst")) << "</td><td>"
        << escape_xml(configuration_in_words(at(row, "configuration"))) << "</td></tr>\n";
  out << "</tbody>\n";
  close_table(out);
  close_section(out);
}

void write_classes(const Document& document, std::ostream& out) {
  const auto rows = class_rows(document);
  if (rows.empty()) return;
  open_section("classes", "Failures per class", out);
  open_table("table of classes", out);
  out << "<thead><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"n\">images</th><th scope=\"col\" "
         "class=\"n\">clean accuracy</th><th scope=\"col\" class=\"n\">worst failure rate</th><th scope=\"col\">of 100 "
         "%"
         "</th><th scope=\"col\">hit hardest by</th></tr></thead>\n<tbody>\n";
  for (const auto& [name, row] : rows)
    out << "<tr><th scope=\"row\">" << escape_xml(name) << "</th><td class=\"n\">" << count(*row.baseline, "images")
        << "</td><td class=\"n\">" << rate(number(*row.baseline, "accuracy")) << "</td><td class=\"n\">"
        << (row.worst ? rate(row.worst) : "") << "</td><td class=\"wide\">" << bar(row.worst, "rate") << "</td><td>"
        << join(row.ranks, ", ") << "</td></tr>\n";
  out << "</tbody>\n";
  close_table(out);
  close_section(out);
}

}  // namespace robustcheck::report::html
