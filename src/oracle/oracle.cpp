#include "robustcheck/oracle/oracle.h"

#include <algorithm>

#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::oracle {
namespace {

/// p(best other) - p(right), in [-1, 1]; 1 without an answer: it predicts nothing.
Verdict against(const Observation& observed, int right) {
  if (!observed.ok()) return {};  // no output: a failure of `crash`
  if (!observed.answered()) return {true, 1.0};
  const int other = observed.best_other_than(right);
  const double fitness = (other >= 0 ? observed.probability(other) : 0.0) - observed.probability(right);
  return {observed.predicted != right, fitness};
}

Verdict judge_label(const Observation&, const Observation& observed, std::optional<Label> label) {
  return against(observed, label.value_or(-1));
}

Verdict judge_prediction(const Observation& reference, const Observation& observed, std::optional<Label>) {
  if (!reference.answered()) return {};  // nothing to be consistent with
  return against(observed, reference.predicted);
}

Verdict judge_numeric(const Observation&, const Observation& observed, std::optional<Label>) {
  const bool violated = observed.ok() && !observed.answered();
  return {violated, violated ? 1.0 : -1.0};
}

bool is_crash(Status status) {
  return status == Status::model_error || status == Status::crash || status == Status::timeout ||
         status == Status::out_of_memory;
}

Verdict judge_crash(const Observation& reference, const Observation& observed, std::optional<Label>) {
  const bool violated = is_crash(observed.status) && !is_crash(reference.status);
  return {violated, violated ? 1.0 : -1.0};
}

bool predicted_right(const Observation& reference, std::optional<Label> label) {
  return label && reference.predicted == *label;
}
bool has_answer(const Observation& reference, std::optional<Label>) { return reference.ok() && reference.answered(); }
bool every_image(const Observation&, std::optional<Label>) { return true; }

}  // namespace

const std::vector<Oracle>& all_oracles() {
  static const std::vector<Oracle> kOracles = {
      {"label", "the prediction is not the label, on images that the reference predicts right (default with labels)",
       &predicted_right, &judge_label, true, false},
      {"consistency", "the prediction is not the reference's (default without labels)", &has_answer, &judge_prediction,
       false, false},
      {"divergence", "the prediction differs from that of the reference configuration on the same perturbed image",
       &has_answer, &judge_prediction, false, true},
      {"numeric", "a score is NaN or +infinity, or all are -infinity, where the reference gives an answer (always on)",
       &has_answer, &judge_numeric, false, false},
      {"crash", "the worker dies, hangs or throws, and not at the reference (always on)", &every_image, &judge_crash,
       false, false},
  };
  return kOracles;
}

const Oracle& find_oracle(const std::string& name) {
  std::vector<std::string> names;
  for (const Oracle& oracle : all_oracles()) {
    if (oracle.name == name) return oracle;
    names.push_back(oracle.name);
  }
  throw Error(ErrorKind::usage, unknown_name("oracle", name, names, "robustcheck list oracles"));
}

}  // namespace robustcheck::oracle
