#include "html.h"

#include <ostream>

#include "escape.h"
#include "fields.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/text.h"
#include "words.h"

namespace robustcheck::report {
namespace {

/// Nothing is loaded and nothing runs; the only style is the one whose hash is named.
std::string policy() {
  const Sha256Digest digest = sha256(html::kStyle);
  const std::string bytes(digest.begin(), digest.end());
  return "default-src 'none'; img-src data:; style-src 'sha256-" + base64(bytes) +
         "'; base-uri 'none'; form-action 'none'";
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void write_head(const std::string& title, std::ostream& out) {
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      << "<meta http-equiv=\"Content-Security-Policy\" content=\"" << policy() << "\">\n"
      << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      << "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
      << "<title>" << escape_xml(title) << "</title>\n<style>" << html::kStyle << "</style>\n</head>\n<body>\n";
}

void write_verdict(const Document& document, std::ostream& out) {
  const bool found = !list(document.report, "counterexamples").empty();
  const std::string kind = !complete(document) ? "unfinished" : found ? "found" : "clear";
  out << "<header class=\"" << kind
      << "\">\n<p class=\"muted\">robustcheck: " << escape_xml(file_name(text(at(document.report, "model"), "path")))
      << "</p>\n<h1>" << escape_xml(verdict(document)) << "</h1>\n<p>" << escape_xml(verdict_details(document))
      << "</p>\n</header>\n";
}

void write_foot(const Document& document, std::ostream& out) {
  out << "<footer><p class=\"muted\">Made by robustcheck " << escape_xml(text(at(document.report, "tool"), "version"))
      << " from report.json, which holds every number of this page.</p></footer>\n</body>\n</html>\n";
}

}  // namespace

void write_html(const Document& document, std::ostream& out) {
  write_head(verdict(document) + " - " + file_name(text(at(document.report, "model"), "path")), out);
  out << "<a class=\"skip\" href=\"#counterexamples\">To the counterexamples</a>\n";
  write_verdict(document, out);
  out << "<main>\n";
  html::write_accuracy(document, out);
  html::write_counterexamples(document, out);
  html::write_comparison(document, out);
  html::write_interaction_map(document, out);
  html::write_tolerance(document, out);
  html::write_classes(document, out);
  html::write_convergence(document, out);
  html::write_environment(document, out);
  html::write_not_tested(document, out);
  out << "</main>\n";
  write_foot(document, out);
}

}  // namespace robustcheck::report
