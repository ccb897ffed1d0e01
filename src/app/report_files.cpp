#include "robustcheck/app/report_files.h"

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
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
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

/// Nobody edits a report: one that is no JSON is an unusable input, not a wrong setting.
Json read_report(const fs::path& file) {
  try {
    return parse_json(read_file(file), file.string());
  } catch (const Error& error) {
    throw Error(ErrorKind::input, error.what());
  }
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

}  // namespace

report::Document read_document(const fs::path& path, const std::string& program) {
  const fs::path file = fs::is_directory(path) ? path / "report.json" : path;
  if (!fs::exists(file))
    throw Error(ErrorKind::input, file.string() + ": is not there; name a run directory or its report.json");
  report::Document document = report::make_document(read_report(file), file.string());
  const fs::path run = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  document.run = fs::is_directory(path) ? path.string() : file.parent_path().string();
  document.program = program;
  document.directory = fs::current_path().string();
  if (file.filename() == "report.json" && fs::exists(run / "verdict.json"))
    document.verdict = read_report(run / "verdict.json");
  load_pictures(run, document);
  document.convergence = read_convergence(run / "journal.jsonl");
  return document;
}

void append_step_summary(const report::Document& document) {
  const std::string path = environment_text("GITHUB_STEP_SUMMARY");
  if (path.empty()) return;
  std::ofstream file(path, std::ios::app);
  report::write_markdown(document, file);
  if (!file.flush()) throw Error(ErrorKind::input, "GITHUB_STEP_SUMMARY " + path + ": cannot be written");
}

void write_report_files(const fs::path& run, const std::string& program) {
  const report::Document document = read_document(run, program);
  write_file(run / "report.html", written(&report::write_html, document));
  write_file(run / "junit.xml", written(&report::write_junit, document));
  if (environment_text("GITHUB_ACTIONS") != "true") return;
  report::write_github(document, std::cout);
  append_step_summary(document);
}

}  // namespace robustcheck::app
