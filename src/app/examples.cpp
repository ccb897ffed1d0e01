#include "robustcheck/app/examples.h"

#include <functional>

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

void write_picture(const space::Variance& variance, ImageIndex image, Session& session, const fs::path& path) {
  const eval::Request request =
      eval::PerturbRequest{{image, variance.data, variance.seed}, fs::absolute(path).string()};
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

/// Tries all, then tells of those that failed together.
class Tries {
 public:
  bool operator()(const std::function<void()>& one) {
    try {
      one();
      return true;
    } catch (const std::exception& error) {
      if (failed_++ == 0) first_ = error.what();
      return false;
    }
  }
  void check(const std::string& what) const {
    if (failed_ > 0)
      throw Error(ErrorKind::input, what + " missing: " + std::to_string(failed_) + ", the first: " + first_);
  }

 private:
  std::size_t failed_ = 0;
  std::string first_;
};

void write_case(const Case& one, const std::string& name, RunDirectory& directory) {
  const fs::path file = directory.root() / (name + ".json");
  directory.add(file);
  write_file(file, json_text(to_json(one), 2) + "\n");
}

report::Example example(const report::Counterexample& found, const Case& one, ImageIndex image, Session& session,
                        const std::string& name) {
  return {one.image.name,
          one.image.sha256,
          one.image.label,
          prediction(one.reference),
          prediction(one.observed),
          name + ".json",
          distances(found.variance, image, session)};
}

/// All of one example or none: a picture that is left out leaves the report's page without a gap.
void write_pictures(const ExamplePictures& example, Session& session, RunDirectory& directory) {
  const fs::path stem = directory.root() / example.name;
  for (const char* part : {"", "-original", "-perturbed", "-difference"}) directory.add(stem.string() + part + ".png");
  write_picture(example.variance, example.image, session, stem.string() + ".png");
  write_example_pictures(session, example.variance, example.image, stem);
}

}  // namespace

std::vector<ExamplePictures> write_examples(ConfirmOutcome& confirmed, Session& session, const Bench& bench,
                                            RunDirectory& directory, bool complete, std::uint64_t& evaluations,
                                            Saver& save) {
  const std::size_t most = complete ? kExamples : kExamplesOfStopped;
  std::vector<ExamplePictures> pictures;
  const auto add = [&](report::Counterexample& found, ImageIndex image) {
    const Case observed = observed_case(found, image, session);
    evaluations += 2;
    const oracle::Oracle& judge = oracle::find_oracle(found.oracle);
    if (!bench.judge(judge, observed.reference, observed.observed, image).violated) return;
    const std::string name = RunDirectory::case_name(found.id, found.examples.size() + 1);
    write_case(observed, name, directory);
    found.examples.push_back(example(found, observed, image, session, name));
    pictures.push_back({name, found.variance, image});
  };
  Tries tries;
  for (Confirmed& one : confirmed.confirmed)
    for (const ImageIndex image : one.violating)
      if (one.found.examples.size() == most || !tries([&] { add(one.found, image); })) break;
  save.result([&] { tries.check("cases"); });
  return pictures;
}

void write_pictures(const std::vector<ExamplePictures>& examples, Session& session, RunDirectory& directory,
                    Saver& save) {
  Tries tries;
  for (const ExamplePictures& one : examples) tries([&] { write_pictures(one, session, directory); });
  save.extra([&] { tries.check("pictures of examples"); });
}

}  // namespace robustcheck::app
