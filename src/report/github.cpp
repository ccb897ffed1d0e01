#include <algorithm>
#include <ostream>

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

void write_annotation(const Document& document, const Json& found, std::ostream& out) {
  const std::string title = "robustcheck " + std::to_string(count(found, "rank")) + ": fails on " +
                            percent_or_none(number(found, "failure_rate")) + " of unseen images";
  std::string message = description(found) + "\n" + blame(found);
  if (const std::string command = replay_command(document, found, 0); !command.empty()) message += "\n" + command;
  write_command("error", title, message, out);
}

}  // namespace

void write_github(const Document& document, std::ostream& out) {
  const Json& all = list(document.report, "counterexamples");
  const std::size_t taken = complete(document) ? 0 : 1;
  if (taken > 0) write_command("error", "robustcheck", verdict(document), out);
  const std::size_t shown = std::min(all.size(), kAnnotations - taken);
  for (std::size_t i = 0; i < shown; ++i) write_annotation(document, all[i], out);
}

}  // namespace robustcheck::report
