#include "robustcheck/app/baseline.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "robustcheck/app/repeatability.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;
using oracle::Status;

std::vector<Observation> observe_all(Session& session) {
  space::Trial trial;
  trial.images.resize(session.dataset.size());
  std::iota(trial.images.begin(), trial.images.end(), ImageIndex{0});
  return session.evaluator->observe({&trial, 1}).front();
}

void check_images(const Session& session, const SessionOptions& options, BaselineResult& result) {
  for (ImageIndex i = 0; i < session.dataset.size(); ++i)
    if (result.reference[i].status == Status::image_error) result.bad_images.push_back(result.reference[i].message);
  if (result.bad_images.size() <= options.max_bad_images && result.bad_images.size() < session.dataset.size()) return;
  throw Error(ErrorKind::input, result.bad_images.front() + " (" + std::to_string(result.bad_images.size()) + " of " +
                                    std::to_string(session.dataset.size()) +
                                    " images cannot be read, --max-bad-images allows " +
                                    std::to_string(options.max_bad_images) + ")");
}

void check_model(const Session& session, const BaselineResult& result) {
  const auto usable =
      std::find_if(result.reference.begin(), result.reference.end(), [](const Observation& o) { return o.ok(); });
  if (usable == result.reference.end()) {
    const auto failed = std::find_if(result.reference.begin(), result.reference.end(),
                                     [](const Observation& o) { return o.status != Status::image_error; });
    throw Error(ErrorKind::input, session.model.string() + ": no image gives an output: " + failed->message);
  }
  const std::size_t outputs = usable->scores.size();
  if (outputs == 1)
    throw Error(ErrorKind::input,
                session.model.string() +
                    ": gives 1 output per image, which predicts nothing by itself; a network with one "
                    "score for two classes needs \"output\": \"sigmoid\" in its preprocessing file");
  const std::size_t classes = session.preprocessing.classes.size();
  if (classes != 0 && outputs != classes)
    throw Error(ErrorKind::input, session.model.string() + ": gives " + std::to_string(outputs) +
                                      " outputs per image, but 'classes' of the preprocessing file names " +
                                      std::to_string(classes));
  for (const ImageFile& image : session.dataset.images)
    if (image.label && static_cast<std::size_t>(*image.label) >= outputs)
      throw Error(ErrorKind::input, image.path.string() + ": class index " + std::to_string(*image.label) +
                                        ", but the model gives " + std::to_string(outputs) + " outputs per image");
}

report::Baseline summarise(const Session& session, const std::vector<Observation>& reference) {
  report::Baseline summary;
  const auto unreadable = [](const Observation& o) { return o.status == Status::image_error; };
  summary.images =
      session.dataset.size() - static_cast<std::size_t>(std::count_if(reference.begin(), reference.end(), unreadable));
  if (!session.dataset.labelled) return summary;
  const std::size_t outputs =
      std::max_element(reference.begin(), reference.end(), [](const Observation& a, const Observation& b) {
        return a.scores.size() < b.scores.size();
      })->scores.size();
  for (std::size_t k = 0; k < outputs; ++k)
    summary.per_class.push_back({session.class_name(static_cast<int>(k)), 0, 0});
  std::uint64_t right = 0;
  for (ImageIndex i = 0; i < session.dataset.size(); ++i) {
    if (unreadable(reference[i])) continue;
    const Label label = *session.dataset[i].label;
    report::ClassRate& row = summary.per_class[static_cast<std::size_t>(label)];
    row.images += 1;
    row.right += reference[i].predicted == label ? 1 : 0;
    right += reference[i].predicted == label ? 1 : 0;
  }
  summary.accuracy = static_cast<double>(right) / static_cast<double>(summary.images);
  return summary;
}

std::string below(const report::Baseline& baseline, double limit) {
  return *baseline.accuracy >= limit ? "" : " is below " + percent(limit);
}

/// A network that guesses gets 1 / classes right on average, and on few images more by luck.
std::string no_better_than_chance(const report::Baseline& baseline) {
  const auto right =
      static_cast<std::uint64_t>(std::llround(*baseline.accuracy * static_cast<double>(baseline.images)));
  const double guessing = 1.0 / static_cast<double>(baseline.per_class.size()),
               least = wilson(right, baseline.images).low;
  if (least > guessing) return "";
  return " on " + std::to_string(baseline.images) +
         " images is no better than guessing as far as these can tell (the 95 % interval begins at " + percent(least) +
         ", guessing gives " + percent(guessing) + ")";
}

void check_accuracy(Session& session, const SessionOptions& options, const BaselineResult& result,
                    double min_accuracy) {
  if (!result.summary.accuracy) return;
  const std::string problem =
      min_accuracy >= 0.0 ? below(result.summary, min_accuracy) : no_better_than_chance(result.summary);
  if (problem.empty()) return;
  const std::string cause = likely_cause(session, options, result);
  throw Error(ErrorKind::baseline, session.model.string() + ": reference accuracy " +
                                       percent(*result.summary.accuracy) + problem + " (--min-accuracy); " +
                                       (cause.empty() ? "no quick alternative scores better" : cause));
}

}  // namespace

BaselineResult observe_reference(Session& session, const SessionOptions& options) {
  BaselineResult result;
  result.reference = observe_all(session);
  result.evaluations = session.dataset.size();
  check_images(session, options, result);
  check_model(session, result);
  result.summary = summarise(session, result.reference);
  return result;
}

BaselineResult measure_baseline(Session& session, const SessionOptions& options, double min_accuracy) {
  BaselineResult result = observe_reference(session, options);
  const Repeatability found = check_repeatability(session, result.reference);
  result.evaluations += found.evaluations;
  result.summary.noise = found.noise;
  result.summary.batch_dependence = found.batch_dependence;
  result.summary.batch_note = found.batch_note;
  check_accuracy(session, options, result, min_accuracy);
  return result;
}

}  // namespace robustcheck::app
