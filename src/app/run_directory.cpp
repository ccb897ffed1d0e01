#include "robustcheck/app/run_directory.h"

#include <regex>
#include <vector>

#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

/// The folder cases, and in it <id>-<k>.json with the pictures beside it.
bool is_of_run(const fs::path& relative) {
  static const std::regex kFile(
      "report\\.(json|html)|junit\\.xml|verdict\\.json|journal\\.jsonl|per_image\\.jsonl|cases|"
      "cases/[0-9a-f]{8}-[0-9]+(\\.json|(-original|-perturbed|-difference)?\\.png)");
  return std::regex_match(relative.generic_string(), kFile);
}

}  // namespace

RunDirectory::RunDirectory(fs::path path) : path_(std::move(path)), directory_(path_, &is_of_run) {}

void RunDirectory::check_keeps(const fs::path& folder, const std::string& option) const {
  for (const fs::path& cleared : {root(), cases()})
    if (fs::weakly_canonical(folder) == fs::weakly_canonical(cleared))
      throw Error(ErrorKind::usage, option + " " + folder.string() + ": lies in the run that --out replaces; copy it");
}

void RunDirectory::clear_verdict() { directory_.remove({"report.json", "report.html", "junit.xml", "verdict.json"}); }

void RunDirectory::prepare() {
  directory_.remove(directory_.ours());
  add(cases());
  std::error_code error;
  fs::create_directories(cases(), error);
  if (error) throw Error(ErrorKind::usage, "--out " + path_.string() + ": cannot be created: " + error.message());
}

std::string RunDirectory::case_name(const std::string& id, std::size_t k) {
  return "cases/" + id + "-" + std::to_string(k);
}

}  // namespace robustcheck::app
