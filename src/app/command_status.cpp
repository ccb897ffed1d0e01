#include <iostream>
#include <set>
#include <sstream>

#include "robustcheck/app/options.h"
#include "robustcheck/app/report_files.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/json.h"
#include "robustcheck/base/names.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// What a journal tells: whole lines only, the last may be under way.
struct Journal {
  std::uint64_t candidates = 0;
  std::set<std::string> signatures;
  Json last;
};

Journal read_journal(const fs::path& path) {
  Journal journal;
  std::istringstream text(fs::exists(path) ? read_file(path) : "");
  for (std::string line; std::getline(text, line);) {
    const Json row = json_or_none(line).value_or(Json());
    if (!row.is_object() || !row.value("signature", Json()).is_string()) continue;
    ++journal.candidates;
    journal.signatures.insert(row["signature"].get<std::string>());
    journal.last = row;
  }
  return journal;
}

Json status_of(const fs::path& run) {
  if (!fs::is_directory(run)) throw Error(ErrorKind::input, run.string() + ": no such run directory");
  const fs::path report = run / "report.json", journal_path = run / "journal.jsonl";
  if (!fs::exists(report) && !fs::exists(journal_path))
    throw Error(ErrorKind::input, run.string() + ": holds no run (neither journal.jsonl nor report.json)");
  const Journal journal = read_journal(journal_path);
  Json status = {{"run", run.string()},
                 {"state", "under way or stopped"},
                 {"candidates", journal.candidates},
                 {"signatures", journal.signatures.size()},
                 {"evaluations", journal.last.is_object() ? journal.last.value("evaluations", Json()) : Json()},
                 {"last_signature", journal.last.is_object() ? journal.last.at("signature") : Json()},
                 {"counterexamples", nullptr}};
  if (!fs::exists(report)) return status;
  const Json json = read_report(report);
  const auto member = [](const Json& parent, const char* key) {
    return parent.is_object() ? parent.value(key, Json()) : Json();
  };
  const Json budget = member(json, "budget"), counterexamples = member(json, "counterexamples");
  if (!member(json, "status").is_string() || !budget.is_object() || !counterexamples.is_array())
    throw Error(ErrorKind::input, report.string() + ": is no report of robustcheck search");
  status["state"] = json["status"];
  status["evaluations"] = member(budget, "evaluations");
  status["counterexamples"] = counterexamples.size();
  return status;
}

}  // namespace

int run_status(const StatusOptions& options) {
  const Json status = status_of(options.run);
  if (options.json) {
    std::cout << json_text(status, 2) << '\n';
    return kExitOk;
  }
  std::cout << "state            " << one_line_text(status["state"].get<std::string>()) << '\n';
  if (!status["evaluations"].is_null()) std::cout << "evaluations      " << status["evaluations"] << '\n';
  std::cout << "candidates       " << status["candidates"] << ", of " << status["signatures"] << " signatures\n";
  if (status["last_signature"].is_string())
    std::cout << "last found       " << one_line_text(status["last_signature"].get<std::string>()) << '\n';
  if (!status["counterexamples"].is_null()) std::cout << "counterexamples  " << status["counterexamples"] << '\n';
  return kExitOk;
}

}  // namespace robustcheck::app
