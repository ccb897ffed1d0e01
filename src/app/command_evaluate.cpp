#include <cmath>
#include <iostream>
#include <numeric>
#include <string>

#include "robustcheck/analysis/statistics.h"
#include "robustcheck/app/baseline.h"
#include "robustcheck/app/interrupt.h"
#include "robustcheck/app/judge.h"
#include "robustcheck/app/options.h"
#include "robustcheck/app/session.h"
#include "robustcheck/base/error.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;

std::vector<ImageIndex> images_of(const Json& line, const Dataset& dataset, const std::string& place) {
  std::vector<ImageIndex> images(dataset.size());
  std::iota(images.begin(), images.end(), ImageIndex{0});
  if (!line.is_object() || !line.contains("images")) return images;
  const ObjectReader reader(line, place);
  images.clear();
  for (const double index : reader.numbers("images")) {
    if (index < 0 || index >= static_cast<double>(dataset.size()) || index != std::floor(index))
      throw Error(ErrorKind::usage, reader.place("images") + ": " + Json(index).dump() + " is no image index in [0, " +
                                        std::to_string(dataset.size() - 1) + "]");
    images.push_back(static_cast<ImageIndex>(index));
  }
  if (images.empty()) throw Error(ErrorKind::usage, reader.place("images") + ": is empty");
  return images;
}

space::Trial parse_line(const std::string& text, const Session& session, const std::string& place) {
  Json line = parse_json(text, place);
  space::Trial trial;
  trial.images = images_of(line, session.dataset, place);
  if (line.is_object()) line.erase("images");
  trial.variance = space::variance_from_json(line, session.catalogue, place);
  return trial;
}

/// What is counted over the images of one line.
struct Tally {
  std::uint64_t eligible = 0, failures = 0, outputs = 0, right = 0;
  double fitness = 0.0, margin = 0.0;
  Json failed = Json::array(), errors = Json::array();
  const Observation* first_error = nullptr;
};

Tally count(const space::Trial& trial, const Judged& judged, const Bench& bench, const Dataset& dataset) {
  Tally tally;
  for (std::size_t i = 0; i < trial.images.size(); ++i) {
    const ImageIndex image = trial.images[i];
    const Observation& observed = judged.observed.front()[i];
    if (observed.ok()) {
      tally.outputs += 1;
      tally.margin += observed.margin();
      tally.right += dataset[image].label && observed.predicted == *dataset[image].label ? 1 : 0;
    } else {
      tally.errors.push_back(
          {{"image", image}, {"kind", oracle::name(observed.status)}, {"message", observed.message}});
      if (tally.first_error == nullptr) tally.first_error = &observed;
    }
    if (!bench.eligible(bench.guide(), image)) continue;
    const oracle::Verdict& verdict = judged.guide.front()[i];
    tally.eligible += 1;
    tally.fitness += verdict.fitness;
    tally.failures += verdict.violated ? 1 : 0;
    if (verdict.violated) tally.failed.push_back(image);
  }
  return tally;
}

Json ratio(double sum, std::uint64_t count) { return count ? Json(sum / static_cast<double>(count)) : Json(); }

Json outcome(const space::Trial& trial, const Tally& tally, const Session& session) {
  Json json = {{"images", trial.images.size()}, {"eligible", tally.eligible}};
  const double magnitude = space::magnitude(trial.variance, session.catalogue);
  if (tally.outputs == 0) {
    for (const char* key : {"failures", "mean_fitness", "failure_rate", "ci95", "accuracy", "mean_margin"})
      json[key] = nullptr;
    json["magnitude"] = magnitude;
    json["failed"] = Json::array();
    json["errors"] = tally.errors;
    json["status"] = oracle::name(tally.first_error->status);
    json["message"] = tally.first_error->message;
    return json;
  }
  const analysis::Interval ci95 = analysis::wilson(tally.failures, tally.eligible);
  json["failures"] = tally.failures;
  json["mean_fitness"] = ratio(tally.fitness, tally.eligible);
  json["failure_rate"] = ratio(static_cast<double>(tally.failures), tally.eligible);
  json["ci95"] = tally.eligible ? Json{ci95.low, ci95.high} : Json();
  json["accuracy"] = session.dataset.labelled ? ratio(static_cast<double>(tally.right), trial.images.size()) : Json();
  json["mean_margin"] = ratio(tally.margin, tally.outputs);
  json["magnitude"] = magnitude;
  json["failed"] = tally.failed;
  json["errors"] = tally.errors;
  json["status"] = "ok";
  return json;
}

/// Rows as the network gives them, in the order of the images; null for an image without output, and for a score that
/// is not finite.
Json scores_of(const std::vector<Observation>& observed) {
  Json rows = Json::array();
  for (const Observation& observation : observed) {
    Json row = Json::array();
    for (const float score : observation.scores) row.push_back(number_or_null(static_cast<double>(score)));
    rows.push_back(row.empty() ? Json() : row);
  }
  return rows;
}

Json answer(const std::string& text, const std::string& place, const Session& session, Bench& bench, bool scores) {
  space::Trial trial;
  try {
    trial = parse_line(text, session, place);
  } catch (const Error& error) {
    return {{"status", "invalid"}, {"message", error.what()}};
  }
  const Judged judged = bench.run({&trial, 1});
  Json json = outcome(trial, count(trial, judged, bench, session.dataset), session);
  if (scores) json["scores"] = scores_of(judged.observed.front());
  return json;
}

/// What a caller may conclude from the stream as a whole.
struct Answers {
  std::size_t valid = 0, without_output = 0;  ///< lines; without_output: of one image at least

  void count(const Json& line) {
    if (line["status"] == "invalid") return;
    valid += 1;
    without_output += line["status"] != "ok" || !line["errors"].empty() ? 1 : 0;
  }

  int exit_code() const {
    if (valid == 0) std::cerr << "robustcheck: no line on stdin is a valid variance: nothing was evaluated\n";
    return valid > 0 && without_output == 0 ? kExitOk : kExitIncomplete;
  }
};

}  // namespace

int run_evaluate(const EvaluateOptions& options) {
  catch_interrupts();
  Session session = open_session(options.session);
  const oracle::Oracle& oracle = guiding_oracle(options.oracle, session.dataset);
  const BaselineResult baseline = observe_reference(session, options.session);
  Bench bench(*session.evaluator, session.dataset, baseline.reference, oracle);
  Answers answers;
  std::string text;
  for (std::size_t number = 1; std::cout && !interrupted() && std::getline(std::cin, text) && !interrupted();
       ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const Json line = answer(text, "stdin:" + std::to_string(number), session, bench, options.scores);
    answers.count(line);
    std::cout << json_text(line) << std::endl;
  }
  return interrupted() ? kExitInterrupted : answers.exit_code();
}

}  // namespace robustcheck::app
