#include <algorithm>
#include <ostream>

#include "escape.h"
#include "html.h"
#include "robustcheck/base/text.h"

namespace robustcheck::report::html {
namespace {

std::string per_cent(double value) { return fixed(100 * std::clamp(value, 0.0, 1.0), 2); }

/// `height` units high, a hundred wide, stretched to the width of its place. It repeats what the text beside it says.
std::string drawing(int height, const std::string& content) {
  return "<svg class=\"bar\" viewBox=\"0 0 100 " + std::to_string(height) +
         "\" preserveAspectRatio=\"none\" aria-hidden=\"true\">" + content + "</svg>";
}

std::string box(const std::string& kind, double left, double right, int top, int height) {
  return "<rect class=\"" + kind + "\" x=\"" + per_cent(left) + "\" y=\"" + std::to_string(top) + "\" width=\"" +
         fixed(100 * std::max(0.0, std::clamp(right, 0.0, 1.0) - std::clamp(left, 0.0, 1.0)), 2) + "\" height=\"" +
         std::to_string(height) + "\"/>";
}

}  // namespace

void open_section(const std::string& id, const std::string& title, std::ostream& out) {
  out << "<section aria-labelledby=\"" << id << "\">\n<h2 id=\"" << id << "\">" << escape_xml(title) << "</h2>\n";
}

void close_section(std::ostream& out) { out << "</section>\n"; }

std::string rate(const std::optional<double>& value) {
  if (!value) return "not measured";
  return "<data value=\"" + shortest(*value) + "\">" + percent(*value) + "</data>";
}

std::string decimal(const std::optional<double>& value, int decimals) {
  if (!value) return "not measured";
  return "<data value=\"" + shortest(*value) + "\">" + fixed(*value, decimals) + "</data>";
}

void open_table(const std::string& name, std::ostream& out) {
  out << "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" << escape_xml(name) << "\">\n<table>\n";
}

void close_table(std::ostream& out) { out << "</table>\n</div>\n"; }

std::string bar(const std::optional<double>& value, const std::string& kind) {
  return drawing(10, box("track", 0.0, 1.0, 0, 10) + box("fill-" + kind, 0.0, value.value_or(0.0), 0, 10));
}

std::string interval_bar(double value, const std::optional<std::pair<double, double>>& ends,
                         const std::optional<double>& limit) {
  constexpr double kCap = 0.004;  // half the width of a mark
  std::string content = box("track", 0.0, 1.0, 3, 8) + box("fill-rate", 0.0, value, 3, 8);
  if (ends) {
    content += box("mark", ends->first, ends->second, 6, 2);
    for (const double end : {ends->first, ends->second}) content += box("mark", end - kCap, end + kCap, 2, 10);
  }
  if (limit) content += box("limit", *limit - kCap, *limit + kCap, 0, 14);
  return drawing(14, content);
}

}  // namespace robustcheck::report::html
