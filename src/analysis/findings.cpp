#include "robustcheck/analysis/findings.h"

#include <cmath>
#include <limits>

#include "robustcheck/base/error.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/text.h"

namespace robustcheck::analysis {
namespace {

constexpr int kReadableVersion = 1;
constexpr double kUsualLevel = 0.95;  // of what repetition decides
constexpr std::int64_t kMost = std::int64_t{1} << 53;

std::uint64_t count_of(const ObjectReader& reader, const std::string& key) {
  return static_cast<std::uint64_t>(reader.integer(key, 0, kMost));
}

double share(double value, const std::string& place) {
  if (!(value >= 0.0 && value <= 1.0))
    throw Error(ErrorKind::input, place + ": " + shortest(value) + " is no share in [0, 1]");
  return value;
}

Interval interval_of(const ObjectReader& reader, const std::string& key) {
  const std::vector<double> ends = reader.numbers(key);
  if (ends.size() != 2 || ends[0] > ends[1])
    throw Error(ErrorKind::input, reader.place(key) + ": is no interval [low, high]");
  return {share(ends[0], reader.place(key)), share(ends[1], reader.place(key))};
}

Measured measured(const ObjectReader& reader, const std::string& key) {
  Measured result{share(reader.number(key), reader.place(key)), interval_of(reader, "ci95"),
                  count_of(reader, "images")};
  if (result.images == 0) throw Error(ErrorKind::input, reader.place("images") + ": 0 images measure nothing");
  return result;
}

/// A rate that the report states without an interval.
Measured with_wilson(double rate, std::uint64_t images, const std::string& place) {
  Measured result{share(rate, place), {}, images};
  result.ci95 = wilson(result.count(), images);
  return result;
}

void add_worst_class(const ObjectReader& reader, Finding& finding) {
  if (reader.at("worst_class").is_null()) return;
  const ObjectReader worst(reader.at("worst_class"), reader.place("worst_class"));
  finding.worst_class = worst.text("name");
  finding.worst_class_failure =
      with_wilson(worst.number("failure_rate"), count_of(worst, "images"), worst.place("failure_rate"));
}

Finding finding_of(const Json& json, const space::Catalogue& catalogue, const std::string& place) {
  const ObjectReader reader(json, place);
  Finding finding;
  finding.signature = reader.text("signature");
  finding.oracle = reader.text("oracle");
  finding.variance = space::variance_from_json(reader.at("variance"), catalogue, reader.place("variance"));
  finding.magnitude = share(reader.number("magnitude"), reader.place("magnitude"));
  finding.failure = measured(reader, "failure_rate");
  add_worst_class(reader, finding);
  if (reader.has("outcomes")) finding.outcomes = reader.text("outcomes");
  return finding;
}

Suspect suspect_of(const ObjectReader& reader, const space::Catalogue& catalogue) {
  Suspect suspect;
  suspect.signature = reader.text("signature");
  suspect.oracle = reader.text("oracle");
  suspect.variance = space::variance_from_json(reader.at("variance"), catalogue, reader.place("variance"));
  suspect.magnitude = share(reader.number("magnitude"), reader.place("magnitude"));
  suspect.images = count_of(reader, "images");
  if (suspect.images == 0) return suspect;
  const double rate = share(reader.number("failure_rate"), reader.place("failure_rate"));
  suspect.failures = static_cast<std::uint64_t>(std::llround(rate * static_cast<double>(suspect.images)));
  return suspect;
}

/// What was confirmed beyond the number of counterexamples in full.
Finding finding_of_kind(const ObjectReader& reader, const Suspect& kind, double level) {
  Finding finding;
  finding.signature = kind.signature;
  finding.oracle = kind.oracle;
  finding.variance = kind.variance;
  finding.magnitude = kind.magnitude;
  const std::uint64_t failures = count_of(reader, "failures"), images = count_of(reader, "tested_images");
  if (images == 0 || failures > images)
    throw Error(ErrorKind::input, reader.place("failures") + ": " + std::to_string(failures) + " of " +
                                      std::to_string(images) + " images is no rate");
  if (kind.oracle == "numeric" || kind.oracle == "crash") level = kUsualLevel;
  finding.failure = {static_cast<double>(failures) / static_cast<double>(images), wilson(failures, images, level),
                     images};
  if (reader.has("worst_class")) add_worst_class(reader, finding);
  if (reader.has("outcomes")) finding.outcomes = reader.text("outcomes");
  return finding;
}

void read_kinds(const ObjectReader& report, const Json& list, const space::Catalogue& catalogue, Findings& findings) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ObjectReader reader(list[i], report.place("kinds") + "/" + std::to_string(i));
    const std::size_t status = reader.choice("status", {"confirmed", "not_tested", "unconfirmed", "explained"});
    Suspect suspect = suspect_of(reader, catalogue);
    if (status == 3 && reader.has("tested_images")) {  // as found; its minimised form is among the counterexamples
      suspect.failures = count_of(reader, "failures");
      suspect.images = count_of(reader, "tested_images");
    }
    if (status == 0)
      findings.counterexamples.push_back(finding_of_kind(reader, suspect, findings.interval_level));
    else
      (status == 1   ? findings.untested
       : status == 2 ? findings.passed
                     : findings.explained)
          .push_back(std::move(suspect));
  }
}

std::vector<std::string> names_of_variants(const ObjectReader& report) {
  std::vector<std::string> names;
  const Json& list = report.at("variants");
  for (std::size_t i = 0; i < list.size(); ++i)
    names.push_back(ObjectReader(list[i], report.place("variants") + "/" + std::to_string(i)).text("name"));
  return names;
}

std::map<std::string, std::string> unavailable_of(const ObjectReader& report) {
  std::map<std::string, std::string> reasons;
  const Json& list = report.at("unavailable_knobs");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ObjectReader row(list[i], report.place("unavailable_knobs") + "/" + std::to_string(i));
    reasons[row.text("knob") + "=" + row.text("value")] = row.text("reason");
  }
  return reasons;
}

const Json& array_of(const ObjectReader& reader, const std::string& key) {
  const Json& list = reader.at(key);
  if (!list.is_array()) throw Error(ErrorKind::input, reader.place(key) + ": is no list");
  return list;
}

void read_space(const ObjectReader& report, Findings& findings) {
  const ObjectReader space(report.at("space"), report.place("space"));
  findings.failure_limit = share(space.number("failure_limit"), space.place("failure_limit"));
  findings.profiles = space.texts("profiles");
  if (space.has("oracle")) findings.guide = space.text("oracle");
  if (space.has("strategy")) findings.strategy = space.text("strategy");
  if (space.has("scope")) findings.scope = space.text("scope");
  findings.from_file = space.has("candidates") && !space.at("candidates").is_null();
  findings.transforms = array_of(space, "transforms");
  findings.knobs = array_of(space, "knobs");
  findings.unavailable = unavailable_of(report);
}

std::optional<Measured> measured_or_none(const ObjectReader& row, const std::string& key) {
  if (row.at(key).is_null()) return std::nullopt;
  const ObjectReader side(row.at(key), row.place(key));
  return with_wilson(side.number("failure_rate"), count_of(side, "images"), side.place("failure_rate"));
}

/// What is said of it follows from the counts, so that the words of the report are not read.
ComparedVariance compared_variance(const ObjectReader& row) {
  ComparedVariance result;
  result.signature = row.text("signature");
  result.oracle = row.text("oracle");
  result.description = row.text("description");
  result.found_here = row.choice("found", {"there", "here"}) == 1;
  result.here = measured_or_none(row, "here");
  result.there = measured_or_none(row, "there");
  result.here_only = count_of(row, "here_only");
  result.there_only = count_of(row, "there_only");
  result.no_output = count_of(row, "no_output");
  if (!result.here || !result.there)
    result.reason = row.at("reason").is_string() ? row.text("reason") : "it was not measured on both models";
  return result;
}

void read_comparison(const ObjectReader& report, Findings& findings) {
  if (!report.has("compared_with") || report.at("compared_with").is_null()) return;
  const ObjectReader with(report.at("compared_with"), report.place("compared_with"));
  findings.baseline_report = with.text("sha256");
  findings.nothing_changed = with.at("same") == true;
  const Json& list = array_of(report, "baseline_variances");
  for (std::size_t i = 0; i < list.size(); ++i)
    findings.baseline_variances.push_back(
        compared_variance(ObjectReader(list[i], report.place("baseline_variances") + "/" + std::to_string(i))));
}

void read_accuracy(const ObjectReader& report, Findings& findings) {
  const ObjectReader baseline(report.at("baseline"), report.place("baseline"));
  if (!baseline.at("accuracy").is_null())
    findings.accuracy =
        with_wilson(baseline.number("accuracy"), count_of(baseline, "images"), baseline.place("accuracy"));
  if (!report.at("robust_accuracy").is_null())
    findings.robust_accuracy =
        measured(ObjectReader(report.at("robust_accuracy"), report.place("robust_accuracy")), "value");
}

std::vector<CorpusCase> corpus_of(const ObjectReader& report) {
  const ObjectReader corpus(report.at("corpus"), report.place("corpus"));
  const Json& list = array_of(corpus, "cases");
  std::vector<CorpusCase> cases;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ObjectReader row(list[i], corpus.place("cases") + "/" + std::to_string(i));
    const std::size_t state = row.choice("state", {"fixed", "fails", "not_run"});
    cases.push_back({row.text("case"), row.text("signature"), state == 1, state == 2 ? row.text("reason") : ""});
    if (state == 2 && cases.back().not_run.empty()) cases.back().not_run = "no reason given";
  }
  return cases;
}

/// Reports of older versions say 95 %.
void read_interval_level(const ObjectReader& report, Findings& findings) {
  if (!report.has("confirmation")) return;
  const ObjectReader confirmation(report.at("confirmation"), report.place("confirmation"));
  if (confirmation.has("interval_level"))
    findings.interval_level = share(confirmation.number("interval_level"), confirmation.place("interval_level"));
}

Findings read(const ObjectReader& report, const space::Catalogue& catalogue) {
  Findings findings;
  read_interval_level(report, findings);
  findings.status = report.text("status");
  findings.dataset_sha256 = ObjectReader(report.at("dataset"), report.place("dataset")).text("sha256");
  findings.evaluations = count_of(ObjectReader(report.at("budget"), report.place("budget")), "evaluations");
  const ObjectReader dropped(report.at("dropped"), report.place("dropped"));
  if (dropped.has("not_tested")) findings.not_tested = count_of(dropped, "not_tested");
  read_space(report, findings);
  read_accuracy(report, findings);
  read_comparison(report, findings);
  const space::Catalogue known = space::with_variants(catalogue, names_of_variants(report));
  const Json& list = array_of(report, "counterexamples");
  for (std::size_t i = 0; i < list.size(); ++i)
    findings.counterexamples.push_back(
        finding_of(list[i], known, report.place("counterexamples") + "/" + std::to_string(i)));
  if (report.has("kinds")) read_kinds(report, array_of(report, "kinds"), known, findings);
  findings.powerless = report.has("detectable_rate") && report.at("detectable_rate").is_null();
  if (report.has("detectable_rate") && !findings.powerless)
    findings.detectable_rate = share(report.number("detectable_rate"), report.place("detectable_rate"));
  if (report.has("corpus")) findings.corpus = corpus_of(report);
  return findings;
}

/// A report is no file that the user wrote: what is wrong with it makes it unusable.
template <typename Call>
auto as_input(const Call& call) {
  try {
    return call();
  } catch (const Error& error) {
    throw Error(ErrorKind::input, error.what());
  }
}

}  // namespace

std::uint64_t Measured::count() const {
  return static_cast<std::uint64_t>(std::llround(rate * static_cast<double>(images)));
}

std::string unfinished(const Json& report, const std::string& place) {
  return as_input([&]() -> std::string {
    const ObjectReader reader(report, place);
    const std::string status = reader.text("status");
    if (status != "complete") return "the status is '" + status + "', not 'complete'";
    const ObjectReader budget(reader.at("budget"), reader.place("budget"));
    const bool from_file = reader.at("space").is_object() && !reader.at("space").value("candidates", Json()).is_null();
    if (count_of(budget, "evaluations") == 0 && !from_file) return "the search made no evaluation";
    return "";
  });
}

std::string deployment_of(const Json& json, const std::string& place) {
  const ObjectReader report(json, place);
  const ObjectReader space(report.at("space"), report.place("space"));
  Json all = {ObjectReader(report.at("model"), report.place("model")).text("sha256"), report.at("preprocess")};
  for (const Json& variant : report.at("variants")) all.push_back({variant.at("name"), variant.at("sha256")});
  for (const char* key : {"calibration_images", "split_seed"}) all.push_back(space.has(key) ? space.at(key) : Json());
  if (report.has("environment") && report.at("environment").is_object())
    all.push_back(report.at("environment").value("torch", Json()));
  return sha256_hex(all.dump());
}

Findings findings_from_json(const Json& report, const space::Catalogue& catalogue, const std::string& place) {
  return as_input([&] {
    const ObjectReader reader(report, place);
    if (reader.integer("schema_version", 0, kMost) != kReadableVersion)
      throw Error(ErrorKind::input, reader.place("schema_version") + ": " + reader.at("schema_version").dump() +
                                        " is not " + std::to_string(kReadableVersion) + ", which this version reads");
    Findings findings = read(reader, catalogue);
    findings.deployment = deployment_of(report, place);
    return findings;
  });
}

}  // namespace robustcheck::analysis
