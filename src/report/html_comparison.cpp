#include <ostream>

#include "comparison.h"
#include "escape.h"
#include "fields.h"
#include "html.h"
#include "robustcheck/base/text.h"

namespace robustcheck::report::html {
namespace {

constexpr std::size_t kMostRows = 100;

std::string p_value(const std::optional<double>& p) {
  if (!p) return "";
  return *p < 0.0001 ? "&lt; 0.0001" : fixed(*p, 4);
}

/// A long signature may break after each of its genes.
std::string breakable(const std::string& signature) {
  std::string html;
  for (const char letter : escape_xml(signature)) {
    html += letter;
    if (letter == '+' || letter == '|') html += "<wbr>";
  }
  return html;
}

void write_row(const Json& row, std::ostream& out) {
  const std::string reason = text(row, "reason");
  out << "<tr><td>" << escape_xml(text(row, "verdict") == "not_run" ? "not run" : text(row, "verdict"))
      << "</td><td class=\"n\">" << rate(number(at(row, "there"), "failure_rate")) << "</td><td class=\"n\">"
      << rate(number(at(row, "here"), "failure_rate")) << "</td><td class=\"n\">" << count(at(row, "here"), "images")
      << "</td><td class=\"n\">" << p_value(number(row, "p")) << "</td><td>" << breakable(text(row, "description"))
      << (reason.empty() ? "" : " (" + escape_xml(reason) + ")") << "</td></tr>\n";
}

}  // namespace

void write_comparison(const Document& document, std::ostream& out) {
  const std::string words = comparison_in_words(document.report);
  if (words.empty()) return;
  open_section("comparison", "Against the old model", out);
  out << "<p>" << escape_xml(words) << ".</p>\n";
  const std::vector<const Json*> rows = told_rows(document.report);
  if (!rows.empty()) {
    out << "<p class=\"small muted\">What either run confirmed, measured on both models and the same images: exact "
           "McNemar test, Benjamini-Hochberg at 5 %. Fixed: no longer above the failure limit.</p>\n";
    open_table("table of changes", out);
    out << "<thead><tr><th scope=\"col\">change</th><th scope=\"col\" class=\"n\">before</th><th scope=\"col\" "
           "class=\"n\">now</th><th scope=\"col\" class=\"n\">images</th><th scope=\"col\" "
           "class=\"n\">p-value</th><th scope=\"col\">variance</th></tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < std::min(rows.size(), kMostRows); ++i) write_row(*rows[i], out);
    out << "</tbody>\n";
    close_table(out);
    if (rows.size() > kMostRows) out << "<p>" << rows.size() - kMostRows << " more are in report.json.</p>\n";
  }
  close_section(out);
}

}  // namespace robustcheck::report::html
