#include <algorithm>
#include <ostream>

#include "escape.h"
#include "fields.h"
#include "html.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report::html {
namespace {

constexpr std::size_t kCards = 60;  // the rest is a table: the page stays small
constexpr std::size_t kRows = 1000;

struct Shot {
  std::string suffix, caption, alt;
};

/// Width of a PNG, from its header: pictures of few pixels are enlarged without blur.
std::size_t width_of(const std::string& png) {
  if (png.size() < 24) return 0;
  std::size_t width = 0;
  for (std::size_t i = 16; i < 20; ++i) width = width << 8 | static_cast<unsigned char>(png[i]);
  return width;
}

bool write_shot(const Document& document, const std::string& stem, const Shot& shot, std::ostream& out) {
  constexpr std::size_t kFewPixels = 96;
  const auto found = document.pictures.find(stem + shot.suffix);
  if (found == document.pictures.end()) return false;
  out << "<figure><img" << (width_of(found->second) < kFewPixels ? " class=\"pixels\"" : "") << " alt=\""
      << escape_xml(shot.alt) << "\" src=\"data:image/png;base64," << base64(found->second) << "\"><figcaption>"
      << escape_xml(shot.caption) << "</figcaption></figure>\n";
  return true;
}

std::string predicted(const Document& document, const Json& prediction) {
  const std::string name = class_name(document, at(prediction, "prediction"));
  const auto probability = number(prediction, "probability");
  return probability ? name + " (" + percent(*probability) + ")" : name;
}

std::vector<Shot> shots_of(const Document& document, const Json& found, const Json& example) {
  const std::string image = text(example, "image");
  const std::string before = class_name(document, at(at(example, "reference"), "prediction"));
  const std::string after = class_name(document, at(at(example, "observed"), "prediction"));
  if (side(found) == Side::config) {
    const std::string alt = image + ", unchanged: " + before + " at the reference, " + after + " in this configuration";
    return {{"-original.png", "pixels unchanged", alt}};
  }
  return {{"-original.png", "original", image + " as it is: classified as " + before},
          {"-perturbed.png", "perturbed", image + " with " + description(found) + ": classified as " + after},
          {"-difference.png", "difference, amplified", "where the pixels of the two differ, amplified"}};
}

void write_pictures(const Document& document, const Json& found, const Json& example, std::ostream& out) {
  const std::string file = text(example, "case");
  const std::string stem = file.substr(0, file.rfind('.'));
  out << "<div class=\"shots\">\n";
  bool any = false;
  for (const Shot& shot : shots_of(document, found, example)) any = write_shot(document, stem, shot, out) || any;
  if (!any)  // a run of an older version has the perturbed picture only
    write_shot(document, stem, {".png", "perturbed", text(example, "image") + " as the network saw it"}, out);
  out << "</div>\n";
}

void write_example(const Document& document, const Json& found, const Json& example, std::ostream& out) {
  out << "<div>\n";
  write_pictures(document, found, example, out);
  out << "<p class=\"small\"><code>" << escape_xml(text(example, "image")) << "</code>: ";
  if (!at(example, "label").is_null())
    out << "true class <b>" << escape_xml(class_name(document, at(example, "label"))) << "</b>, ";
  out << "predicted <b class=\"rate\">" << escape_xml(predicted(document, at(example, "observed")))
      << "</b>, at the reference " << escape_xml(predicted(document, at(example, "reference"))) << "</p>\n";
  if (const std::string command = replay_command(document, example); !command.empty())
    out << "<pre>" << escape_xml(command) << "</pre>\n";
  out << "</div>\n";
}

void write_part(const std::string& name, const std::optional<double>& value, const std::string& kind,
                std::ostream& out) {
  if (!value) return;
  out << "<dt>" << name << "</dt><dd>" << bar(value, kind) << "</dd><dd class=\"value\">" << rate(value) << "</dd>\n";
}

void write_attribution(const Json& found, std::ostream& out) {
  const Json& attribution = at(found, "attribution");
  out << "<h4>What breaks it</h4>\n<dl class=\"parts\">\n";
  write_part("data alone", number(attribution, "data"), "data", out);
  write_part("configuration alone", number(attribution, "config"), "config", out);
  write_part("only together", number(attribution, "interaction"), "interaction", out);
  out << "</dl>\n";
  if (side(found) == Side::joint)
    out << "<p class=\"small muted\">Needs both: what only the combination breaks has the 95 % interval "
        << bounds(interval(attribution, "interaction_ci95")) << ".</p>\n";
  const Json& genes = list(attribution, "genes");
  if (genes.size() < 2) return;
  out << "<p class=\"small muted\">Shares:";
  for (const Json& gene : genes)
    out << (&gene == &genes.front() ? " " : ", ") << escape_xml(text(gene, "gene")) << ' '
        << rate(number(gene, "share"));
  out << "</p>\n";
}

void write_tags(const Json& found, std::ostream& out) {
  const std::uint64_t knobs = count(found, "knobs_changed");
  out << "<ul class=\"tags\"><li>" << escape_xml(text(found, "oracle")) << "</li><li>magnitude "
      << decimal(number(found, "magnitude"), 2) << "</li><li>" << knobs << (knobs == 1 ? " knob" : " knobs")
      << " changed</li>";
  if (at(found, "minimal") == false) out << "<li class=\"warn\">not minimal</li>";
  out << "</ul>\n";
}

void write_rate(const Document& document, const Json& found, std::ostream& out) {
  const auto ends = interval(found, "ci95");
  const auto value = number(found, "failure_rate");
  out << "<h4>Failure rate on " << count(found, "images") << " unseen images</h4>\n<p class=\"big rate\">"
      << rate(value) << "</p>\n"
      << interval_bar(*value, ends, number(at(document.report, "space"), "failure_limit"))
      << "<p class=\"small muted\">95 % interval " << bounds(ends);
  const Json& worst = at(found, "worst_class");
  if (worst.is_object())
    out << "; worst class " << escape_xml(text(worst, "name")) << ' ' << rate(number(worst, "failure_rate"));
  out << "</p>\n";
}

void write_card(const Document& document, const Json& found, std::ostream& out) {
  const std::string id = "counterexample-" + std::to_string(count(found, "rank"));
  out << "<li><article class=\"card\" aria-labelledby=\"" << id << "\">\n<div class=\"full\"><h3 id=\"" << id
      << "\"><span class=\"rank\">" << count(found, "rank") << ".</span> " << escape_xml(description(found))
      << "</h3>\n";
  write_tags(found, out);
  out << "</div>\n<div>\n";
  write_rate(document, found, out);
  write_attribution(found, out);
  out << "<h4>What to do</h4>\n<p class=\"advice small\">" << escape_xml(advice(found)) << "</p>\n</div>\n"
      << "<div class=\"examples\">\n<h4>Examples</h4>\n";
  if (list(found, "examples").empty()) out << "<p class=\"small muted\">No stored example.</p>\n";
  for (const Json& example : list(found, "examples")) write_example(document, found, example, out);
  out << "</div>\n</article></li>\n";
}

void write_rest(const Json& all, std::ostream& out) {
  out << "<h3>Further counterexamples</h3>\n";
  open_table("further counterexamples", out);
  out << "<thead><tr><th scope=\"col\" class=\"n\">rank</th><th scope=\"col\">what changed</th><th scope=\"col\" "
         "class=\"n\">failure rate</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = kCards; i < std::min(all.size(), kRows); ++i)
    out << "<tr><td class=\"n\">" << count(all[i], "rank") << "</td><td>" << escape_xml(description(all[i]))
        << "</td><td class=\"n\">" << rate(number(all[i], "failure_rate")) << "</td></tr>\n";
  out << "</tbody>\n";
  close_table(out);
  if (all.size() > kRows) out << "<p>" << all.size() - kRows << " more are in report.json.</p>\n";
}

}  // namespace

void write_counterexamples(const Document& document, std::ostream& out) {
  const Json& all = list(document.report, "counterexamples");
  open_section("counterexamples", "Counterexamples, worst first", out);
  if (all.empty()) out << "<p>None.</p>\n";
  if (!all.empty()) {
    out << "<p class=\"small muted\">Each was measured once on images that the search never saw. The dark line in a "
           "bar "
           "is the 95 % interval, the grey mark the failure rate that is tolerated. The intervals are so wide that 95 "
           "% "
           "of all that are shown cover, and the first of near equals is still the luckiest of them. A click on a "
           "command selects all of it.</p>\n<ol class=\"cards\">\n";
    for (std::size_t i = 0; i < std::min(all.size(), kCards); ++i) write_card(document, all[i], out);
    out << "</ol>\n";
  }
  if (all.size() > kCards) write_rest(all, out);
  close_section(out);
}

}  // namespace robustcheck::report::html
