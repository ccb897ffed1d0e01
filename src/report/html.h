#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "robustcheck/report/document.h"

namespace robustcheck::report::html {

/// The parts of report.html, in the order of the page. Each writes one <section>, or nothing where it has nothing to
/// say.
void write_accuracy(const Document& document, std::ostream& out);
void write_counterexamples(const Document& document, std::ostream& out);
void write_comparison(const Document& document, std::ostream& out);
void write_interaction_map(const Document& document, std::ostream& out);
void write_tolerance(const Document& document, std::ostream& out);
void write_classes(const Document& document, std::ostream& out);
void write_convergence(const Document& document, std::ostream& out);
void write_environment(const Document& document, std::ostream& out);
void write_not_tested(const Document& document, std::ostream& out);

/// The style sheet of the page, light and dark, screen and paper.
extern const std::string_view kStyle;

/// <section> with its heading; `id` names both.
void open_section(const std::string& id, const std::string& title, std::ostream& out);
void close_section(std::ostream& out);

/// <data value="0.736">73.6 %</data>: what is read, and what a program compares with report.json.
std::string rate(const std::optional<double>& value);
std::string decimal(const std::optional<double>& value, int decimals);
/// A table that is wider than the page scrolls by itself, with the keyboard too.
void open_table(const std::string& name, std::ostream& out);
void close_table(std::ostream& out);

/// A horizontal bar from 0 to `value` of 1; `kind` is its colour (data, config, interaction, rate).
std::string bar(const std::optional<double>& value, const std::string& kind);
/// The same with its interval, and a mark at the limit.
std::string interval_bar(double value, const std::optional<std::pair<double, double>>& ends,
                         const std::optional<double>& limit);

}  // namespace robustcheck::report::html
