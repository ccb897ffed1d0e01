#include <algorithm>
#include <ostream>
#include <vector>

#include "escape.h"
#include "fields.h"
#include "words.h"

namespace robustcheck::report {
namespace {

constexpr std::size_t kAnnotations = 10;  // GitHub shows as many of one kind a step

/// As the runner reads a message; a property's ':' and ',' are escaped too.
std::string escape(const std::string& text, bool property) {
  std::string result;
  for (const char c : clean(text)) switch (c) {
      case '%':
        result += "%25";
        break;
      case '\r':
        result += "%0D";
        break;
      case '\n':
        result += "%0A";
        break;
      case ':':
        result += property ? "%3A" : ":";
        break;
      case ',':
        result += property ? "%2C" : ",";
        break;
      default:
        result += c;
    }
  return result;
}

void write_command(const std::string& level, const std::string& title, const std::string& message, std::ostream& out) {
  out << "::" << level << " title=" << escape(title, true) << "::" << escape(message, false) << '\n';
}

struct Annotation {
  std::string title, message;
};

std::string title_of(const Json& found) {
  return "robustcheck " + std::to_string(count(found, "rank")) + ": fails on " +
         percent_or_none(number(found, "failure_rate")) + " of unseen images";
}

Annotation annotation(const Document& document, const Json& found) {
  std::string message = description(found) + "\n" + blame(found);
  if (const std::string command = replay_command(document, found, 0); !command.empty()) message += "\n" + command;
  return {title_of(found), message};
}

void add_rules(const Document& document, std::vector<Annotation>& errors) {
  for (const Json& rule : list(document.verdict, "rules"))
    if (text(rule, "outcome") != "pass")
      errors.push_back(
          {"robustcheck policy: " + text(rule, "outcome"), text(rule, "rule") + "\n" + text(rule, "message")});
}

/// Without a policy; with one the corpus is a rule of it.
void add_corpus(const Document& document, std::vector<Annotation>& errors) {
  if (!document.verdict.is_null() && !list(document.verdict, "rules").empty()) return;
  for (const Json& row : list(at(document.report, "corpus"), "cases")) {
    const std::string state = text(row, "state");
    if (state == "not_run" || (state == "fails" && allowed(document, text(row, "signature")).empty()))
      errors.push_back({"robustcheck corpus: " + state, text(row, "case") + ": " + text(row, "signature")});
  }
}

void write(const std::vector<Annotation>& annotations, const std::string& level, std::ostream& out) {
  for (std::size_t i = 0; i < std::min(annotations.size(), kAnnotations); ++i)
    write_command(level, annotations[i].title, annotations[i].message, out);
}

}  // namespace

void write_github(const Document& document, std::ostream& out) {
  std::vector<Annotation> errors, notices;
  if (!complete(document))
    errors.push_back({"robustcheck", verdict(document)});
  else if (const std::string reason = unanswered(document); !reason.empty())
    errors.push_back({"robustcheck", reason});
  add_rules(document, errors);
  add_corpus(document, errors);
  for (const Json& found : list(document.report, "counterexamples")) {
    const std::string reason = tolerated(document, found);
    if (reason.empty())
      errors.push_back(annotation(document, found));
    else
      notices.push_back({title_of(found), description(found) + "\n" + reason});
  }
  write(errors, "error", out);
  write(notices, "notice", out);
}

}  // namespace robustcheck::report
