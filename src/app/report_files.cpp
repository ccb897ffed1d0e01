#include "robustcheck/app/report_files.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

// report.html stays under 3 MB: base64 makes 4 bytes of 3.
constexpr std::uintmax_t kPictureBytes = 1'600'000, kOnePicture = 400'000;

/// What the report calls cases/<id>-<k>.json is beside it as PNG: the pictures of the example.
std::vector<std::string> pictures_of(const std::string& case_file) {
  const std::string stem = fs::path(case_file).replace_extension().string();
  return {stem + "-original.png", stem + "-perturbed.png", stem + "-difference.png"};
}

/// Only files of the run itself: a report that was edited may name others.
bool inside_run(const fs::path& relative) {
  return relative.is_relative() && relative.lexically_normal() == relative && *relative.begin() != "..";
}

class PictureLoader {
 public:
  PictureLoader(const fs::path& run, report::Document& document) : run_(run), document_(document) {}

  /// All pictures of one example, or none of them once the page is full.
  void load(const Json& example) {
    if (!example.is_object() || !example.contains("case") || !example["case"].is_string()) return;
    const std::string file = example["case"];
    if (!inside_run(file)) return;
    std::vector<std::string> found;
    for (const std::string& name : pictures_of(file)) add(name, found);
    if (found.empty()) add(fs::path(file).replace_extension(".png").string(), found);  // runs of older versions
    std::uintmax_t bytes = 0;
    for (const std::string& name : found) bytes += fs::file_size(run_ / name);
    if (bytes > left_) return;
    left_ -= bytes;
    for (const std::string& name : found) document_.pictures[name] = read_file(run_ / name);
  }

 private:
  void add(const std::string& name, std::vector<std::string>& found) const {
    std::error_code error;
    const fs::path path = run_ / name;
    if (fs::is_regular_file(path, error) && fs::file_size(path, error) <= kOnePicture && !error) found.push_back(name);
  }

  const fs::path& run_;
  report::Document& document_;
  std::uintmax_t left_ = kPictureBytes;
};

/// The first example of every counterexample, then the second of each, and so on.
void load_pictures(const fs::path& run, report::Document& document) {
  PictureLoader loader(run, document);
  bool more = true;
  for (std::size_t k = 0; more; ++k) {
    more = false;
    for (const Json& found : document.report["counterexamples"]) {
      const auto examples = found.find("examples");
      if (examples == found.end() || !examples->is_array() || k >= examples->size()) continue;
      loader.load((*examples)[k]);
      more = true;
    }
  }
}

/// A journal that is cut off or foreign ends where it cannot be read: it is only drawn.
report::Convergence read_convergence(const fs::path& journal) {
  report::Convergence points;
  std::set<std::string> signatures;
  std::ifstream file(journal);
  for (std::string line; std::getline(file, line);) {
    const Json event = json_or_none(line).value_or(Json());
    if (!event.is_object() || event.value("event", Json()) != "candidate") continue;
    if (!event.value("evaluations", Json()).is_number_unsigned() || !event.value("signature", Json()).is_string())
      continue;
    const auto evaluations = event["evaluations"].get<std::uint64_t>();
    if (!signatures.insert(event["signature"].get<std::string>()).second) continue;
    if (!points.empty() && points.back().first >= evaluations)
      points.back().second = signatures.size();
    else
      points.emplace_back(evaluations, signatures.size());
  }
  return points;
}

std::string environment_text(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string written(report::Writer write, const report::Document& document) {
  std::ostringstream out;
  write(document, out);
  return out.str();
}

/// With what lies beside the report in `run`.
report::Document document_of(Json report, const std::string& place, const fs::path& run, const std::string& program) {
  report::Document document = report::make_document(std::move(report), place);
  document.program = program;
  document.directory = fs::current_path().string();
  load_pictures(run, document);
  document.convergence = read_convergence(run / "journal.jsonl");
  return document;
}

}  // namespace

Json read_report(const fs::path& file) {
  try {
    return parse_json(read_file(file), file.string());
  } catch (const Error& error) {
    throw Error(ErrorKind::input, error.what());
  }
}

report::Document read_document(const fs::path& path, const std::string& program) {
  const fs::path file = fs::is_directory(path) ? path / "report.json" : path;
  if (!fs::exists(file))
    throw Error(ErrorKind::input, file.string() + ": is not there; name a run directory or its report.json");
  const fs::path run = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  const bool has_verdict = file.filename() == "report.json" && fs::exists(run / "verdict.json");
  report::Document document = document_of(read_report(file), file.string(), run, program);
  document.run = fs::is_directory(path) ? path.string() : file.parent_path().string();
  if (has_verdict) document.verdict = read_report(run / "verdict.json");
  return document;
}

void append_step_summary(const report::Document& document) {
  const std::string path = environment_text("GITHUB_STEP_SUMMARY");
  if (path.empty()) return;
  std::ofstream file(path, std::ios::app);
  report::write_markdown(document, file);
  if (!file.flush()) throw Error(ErrorKind::input, "GITHUB_STEP_SUMMARY " + path + ": cannot be written");
}

void save_report(const std::string& json, RunDirectory& directory, Saver& save) {
  const auto write = [&] {
    directory.add(directory.report());
    write_file(directory.report(), json);
  };
  if (save.result(write)) return;
  const auto elsewhere = [&] {
    const fs::path path = fs::temp_directory_path() / ("robustcheck-report-" + std::to_string(getpid()) + ".json");
    write_file(path, json);
    std::cerr << "robustcheck: the report is in " << path.string() << " instead\n";
  };
  if (!save.extra(elsewhere)) std::cout << json;
}

void write_report_files(Json report, const Json& verdict, RunDirectory& directory, const std::string& program,
                        Saver& save) {
  const fs::path run = directory.root();
  report::Document document = document_of(std::move(report), directory.report().string(), run, program);
  document.run = run.string();
  document.verdict = verdict;
  const auto write = [&](const fs::path& path, report::Writer writer) {
    directory.add(path);
    write_file(path, written(writer, document));
  };
  save.result([&] { write(directory.html(), &report::write_html); });
  save.result([&] { write(directory.junit(), &report::write_junit); });
  if (environment_text("GITHUB_ACTIONS") != "true") return;
  report::write_github(document, std::cout);
  save.extra([&] { append_step_summary(document); });
}

}  // namespace robustcheck::app
