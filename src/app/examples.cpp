#include "robustcheck/app/examples.h"

#include "robustcheck/app/case_file.h"
#include "robustcheck/app/example_pictures.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/eval/measure.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

using oracle::Observation;

constexpr std::size_t kExamples = 3, kExamplesOfStopped = 1;

report::Prediction prediction(const Observation& observation) {
  report::Prediction result{observation.predicted, std::nullopt};
  if (observation.answered()) result.probability = observation.probability(observation.predicted);
  return result;
}

void write_picture(const Case& one, ImageIndex image, Session& session, const fs::path& path) {
  const eval::Request request =
      eval::PerturbRequest{{image, one.variance.data, one.variance.seed}, fs::absolute(path).string()};
  const eval::Reply reply = session.pool->run({&request, 1}).front();
  if (const auto* failure = std::get_if<eval::Failure>(&reply))
    throw Error(ErrorKind::input, path.string() + ": " + failure->message);
}

std::optional<space::Distances> distances(const space::Variance& variance, ImageIndex image, Session& session) {
  if (variance.data.empty()) return std::nullopt;
  const space::Trial trial{space::data_only(variance), {image}};
  return eval::measure(*session.pool, {&trial, 1}).front().front();
}

Case observed_case(const report::Counterexample& found, ImageIndex image, Session& session) {
  Case one;
  one.model = session.model;
  one.model_sha256 = session.model_sha256;
  one.preprocessing = session.preprocessing;
  one.image = session.dataset[image];
  one.variance = found.variance;
  add_files(one, session);
  one.oracle = found.oracle;
  const oracle::Oracle& judge = oracle::find_oracle(found.oracle);
  one.reference = session.evaluator->observe_exact(compared_with(judge, found.variance), image);
  one.observed = session.evaluator->observe_exact(found.variance, image);
  return one;
}

void add_example(report::Counterexample& found, const Case& one, ImageIndex image, Session& session,
                 const RunDirectory& directory) {
  const std::string name = RunDirectory::case_name(found.id, found.examples.size() + 1);
  write_picture(one, image, session, directory.root() / (name + ".png"));
  write_example_pictures(session, one.variance, image, directory.root() / name);
  write_file(directory.root() / (name + ".json"), json_text(to_json(one), 2) + "\n");
  found.examples.push_back({one.image.name, one.image.sha256, one.image.label, prediction(one.reference),
                            prediction(one.observed), name + ".json", distances(found.variance, image, session)});
}

}  // namespace

void write_examples(ConfirmOutcome& confirmed, Session& session, const Bench& bench, const RunDirectory& directory,
                    bool complete, std::uint64_t& evaluations) {
  const std::size_t most = complete ? kExamples : kExamplesOfStopped;
  for (Confirmed& one : confirmed.confirmed)
    for (const ImageIndex image : one.violating) {
      if (one.found.examples.size() == most) break;
      const Case observed = observed_case(one.found, image, session);
      evaluations += 2;
      const oracle::Oracle& judge = oracle::find_oracle(one.found.oracle);
      if (bench.judge(judge, observed.reference, observed.observed, image).violated)
        add_example(one.found, observed, image, session, directory);
    }
}

}  // namespace robustcheck::app
