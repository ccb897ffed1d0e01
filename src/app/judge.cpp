#include "robustcheck/app/judge.h"

#include "robustcheck/base/error.h"

namespace robustcheck::app {

using oracle::Observation;

const oracle::Oracle& guiding_oracle(const std::string& name, const Dataset& dataset) {
  const oracle::Oracle& guide = oracle::find_oracle(!name.empty() ? name : dataset.labelled ? "label" : "consistency");
  if (guide.needs_labels && !dataset.labelled)
    throw Error(ErrorKind::usage, "--oracle " + guide.name + ": needs labels, but " + dataset.path.string() +
                                      " has none (class directories or a CSV path,label)");
  return guide;
}

bool always_on(const std::string& oracle) { return oracle == "numeric" || oracle == "crash"; }

space::Variance compared_with(const oracle::Oracle& oracle, const space::Variance& variance) {
  return oracle.needs_reference_configuration ? space::data_only(variance) : space::Variance{};
}

bool two_sided(const space::Variance& variance) { return !variance.data.empty() && !variance.config.empty(); }

const Verdicts& Judged::of(const std::string& oracle) const {
  if (oracle == "numeric") return numeric;
  return oracle == "crash" ? crash : guide;
}

Bench::Bench(eval::Evaluator& evaluator, const Dataset& dataset, const std::vector<Observation>& reference,
             const oracle::Oracle& guide)
    : evaluator_(evaluator), dataset_(dataset), reference_(reference), guide_(guide) {}

bool Bench::eligible(const oracle::Oracle& oracle, ImageIndex image) const {
  const Observation& reference = reference_[image];
  return reference.status != oracle::Status::image_error && oracle.eligible(reference, dataset_[image].label);
}

oracle::Verdict Bench::judge(const oracle::Oracle& oracle, const Observation& against, const Observation& observed,
                             ImageIndex image) const {
  if (!eligible(oracle, image)) return {};
  return oracle.judge(against, observed, dataset_[image].label);
}

void Bench::note_picture(const Observation& observed, ImageIndex image) {
  if (observed.status != oracle::Status::image_error || reference_[image].status == oracle::Status::image_error) return;
  if (not_made_++ == 0) first_not_made_ = observed.message;
}

Judged Bench::run(std::span<const space::Trial> trials) {
  Judged judged;
  judged.observed = evaluator_.observe(trials);
  std::vector<std::vector<Observation>> same_data;
  if (guide_.needs_reference_configuration) {
    std::vector<space::Trial> plain;
    for (const space::Trial& trial : trials) {
      plain.push_back({space::data_only(trial.variance), trial.images});
      extra_ += trial.images.size();
    }
    same_data = evaluator_.observe(plain);
  }
  const oracle::Oracle& numeric = oracle::find_oracle("numeric");
  const oracle::Oracle& crash = oracle::find_oracle("crash");
  for (std::size_t t = 0; t < trials.size(); ++t) {
    std::vector<oracle::Verdict> guide_row, numeric_row, crash_row;
    for (std::size_t i = 0; i < trials[t].images.size(); ++i) {
      const ImageIndex image = trials[t].images[i];
      const Observation& observed = judged.observed[t][i];
      note_picture(observed, image);
      guide_row.push_back(judge(guide_, same_data.empty() ? reference_[image] : same_data[t][i], observed, image));
      numeric_row.push_back(judge(numeric, reference_[image], observed, image));
      crash_row.push_back(judge(crash, reference_[image], observed, image));
    }
    judged.guide.push_back(std::move(guide_row));
    judged.numeric.push_back(std::move(numeric_row));
    judged.crash.push_back(std::move(crash_row));
  }
  return judged;
}

}  // namespace robustcheck::app
