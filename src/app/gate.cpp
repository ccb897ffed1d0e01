#include "robustcheck/app/gate.h"

#include <array>
#include <chrono>
#include <ctime>

#include "robustcheck/app/variants.h"
#include "robustcheck/base/dataset.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorKind::input, message); }

/// A changed file of the same name means that the report is about something else.
void check_file(const ObjectReader& entry, const std::string& what, std::vector<std::string>& unchecked) {
  const std::string path = from_text(entry.text("path"));
  if (!fs::is_regular_file(path)) {
    unchecked.push_back(path);
    return;
  }
  if (sha256_file(path) != entry.text("sha256"))
    refuse(path + ": this is not the " + what + " of the report (another SHA-256); search again");
}

std::vector<std::string> classes_of(const ObjectReader& report) {
  const ObjectReader preprocess(report.at("preprocess"), report.place("preprocess"));
  return preprocess.has("classes") ? preprocess.texts("classes") : std::vector<std::string>{};
}

std::size_t limit_of(const ObjectReader& report, const ObjectReader& dataset) {
  const ObjectReader space(report.at("space"), report.place("space"));
  const ObjectReader& reader = space.has("limit") ? space : dataset;
  return static_cast<std::size_t>(reader.integer(space.has("limit") ? "limit" : "images", 0, std::int64_t{1} << 40));
}

void check_images(const ObjectReader& report, std::vector<std::string>& unchecked) {
  const ObjectReader dataset(report.at("dataset"), report.place("dataset"));
  const std::string path = from_text(dataset.text("path"));
  if (!fs::exists(path)) {
    unchecked.push_back(path);
    return;
  }
  const Dataset found = limited(list_dataset(path, classes_of(report)), limit_of(report, dataset));
  if (found.sha256 != dataset.text("sha256"))
    refuse(path + ": these are not the images of the report (another SHA-256 over names, contents and labels); " +
           "search again");
}

std::vector<std::string> check_hashes(const Json& json, const std::string& place) {
  const ObjectReader report(json, place);
  std::vector<std::string> unchecked;
  check_file(ObjectReader(report.at("model"), report.place("model")), "model", unchecked);
  for (const Json& variant : report.at("variants"))
    check_file(ObjectReader(variant, report.place("variants")), "checkpoint", unchecked);
  check_images(report, unchecked);
  return unchecked;
}

/// What both reports must have in common; what they need not is said.
void check_comparable(const analysis::Findings& now, const analysis::Findings& before, const GateFiles& files,
                      Verdict& verdict) {
  const std::string baseline = files.baseline.string(), told = "; --allow-different compares all the same";
  const bool measured = !now.baseline_report.empty();  // the variances of both, whatever was searched
  if (measured && sha256_file(files.baseline) != now.baseline_report)
    refuse(baseline + ": is not the report that this run was compared with (search --baseline); give that one");
  std::string difference = now.dataset_sha256 != before.dataset_sha256 ? "is a report of other images" : "";
  if (difference.empty() && !now.from_file) difference = analysis::space_difference(before, now);
  if (!difference.empty() && !measured && !files.allow_different) refuse(baseline + ": " + difference + told);
  if (now.dataset_sha256 != before.dataset_sha256) verdict.notes.push_back("the baseline is a report of other images");
  for (std::string& note : analysis::differences(before, now)) verdict.notes.push_back(std::move(note));
}

/// Reports are no files that a user wrote: one that is missing or broken is unusable input.
Json read_report_file(const fs::path& path) { return parse_json(read_file(path), path.string()); }

Verdict judge_finished(const Json& report, const analysis::Policy& policy, const GateFiles& files) {
  const space::Catalogue catalogue = catalogue_with({});
  const analysis::Findings now = analysis::findings_from_json(report, catalogue, files.report_place);
  Verdict verdict;
  if (files.check_hashes) verdict.unchecked = check_hashes(report, files.report_place);
  std::optional<analysis::Findings> before;
  if (!files.baseline.empty()) {
    const Json old_report = read_report_file(files.baseline);
    verdict.baseline = files.baseline.string();
    verdict.unfinished = analysis::unfinished(old_report, verdict.baseline);
    if (!verdict.unfinished.empty()) {
      verdict.unfinished = "baseline " + verdict.baseline + ": " + verdict.unfinished;
      return verdict;
    }
    before = analysis::findings_from_json(old_report, catalogue, verdict.baseline);
    check_comparable(now, *before, files, verdict);
    verdict.compared = analysis::compare(*before, now);
  } else {
    verdict.compared = analysis::compared_of(now);
  }
  verdict.result = analysis::judge({policy, now, before ? &*before : nullptr, catalogue, today()});
  return verdict;
}

}  // namespace

int Verdict::exit_code() const {
  if (!unfinished.empty() || result.outcome == analysis::Outcome::inconclusive) return kExitIncomplete;
  return result.outcome == analysis::Outcome::fail ? kExitFound : kExitOk;
}

/// No variable of the environment stands for the clock: a build shell sets SOURCE_DATE_EPOCH to the past, and an
/// allowance would never expire.
std::string today() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

analysis::Policy read_policy(const fs::path& path) {
  return analysis::policy_from_json(read_json(path), input_name(path));
}

Verdict judge_report(const Json& report, const analysis::Policy& policy, const GateFiles& files) {
  try {
    Verdict verdict;
    verdict.unfinished = analysis::unfinished(report, files.report_place);
    return verdict.unfinished.empty() ? judge_finished(report, policy, files) : verdict;
  } catch (const Error& error) {  // ObjectReader speaks of files that a user wrote
    throw Error(error.kind() == ErrorKind::usage ? ErrorKind::input : error.kind(), error.what());
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::input, files.report_place + ": is no report of this version: " + error.what());
  }
}

}  // namespace robustcheck::app
