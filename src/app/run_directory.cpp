#include "robustcheck/app/run_directory.h"

#include <regex>
#include <vector>

#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// <id>-<k>.json, and the pictures beside it.
bool is_case_file(const std::string& name) {
  static const std::regex kCaseFile("[0-9a-f]{8}-[0-9]+(\\.json|(-original|-perturbed|-difference)?\\.png)");
  return std::regex_match(name, kCaseFile);
}

void remove_all(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    std::error_code error;
    fs::remove(file, error);
    if (error) throw Error(ErrorKind::usage, "--out: " + file.string() + " cannot be replaced: " + error.message());
  }
}

}  // namespace

RunDirectory::RunDirectory(fs::path path, bool force) : path_(std::move(path)) {
  if (fs::exists(path_) && !fs::is_directory(path_))
    throw Error(ErrorKind::usage, "--out " + path_.string() + ": is no directory");
  const bool holds_run = fs::exists(report()) || fs::exists(journal());
  if (holds_run && !force)
    throw Error(ErrorKind::usage, "--out " + path_.string() +
                                      ": holds a run already; choose another directory, or --force to replace it");
}

void RunDirectory::check_keeps(const fs::path& folder, const std::string& option) const {
  for (const fs::path& cleared : {root(), cases()})
    if (fs::weakly_canonical(folder) == fs::weakly_canonical(cleared))
      throw Error(ErrorKind::usage, option + " " + folder.string() + ": lies in the run that --out replaces; copy it");
}

void RunDirectory::clear_verdict() { remove_all({report(), root() / "report.html", root() / "junit.xml", verdict()}); }

void RunDirectory::prepare() {
  std::error_code error;
  fs::create_directories(cases(), error);
  if (error) throw Error(ErrorKind::usage, "--out " + path_.string() + ": cannot be created: " + error.message());
  std::vector<fs::path> written = {journal(), per_image()};
  for (const auto& entry : fs::directory_iterator(cases()))
    if (is_case_file(entry.path().filename().string())) written.push_back(entry.path());
  remove_all(written);
}

std::string RunDirectory::case_name(const std::string& id, std::size_t k) {
  return "cases/" + id + "-" + std::to_string(k);
}

}  // namespace robustcheck::app
