#include "robustcheck/oracle/observation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace robustcheck::oracle {
namespace {

/// Stands for a probability of zero (or below, by rounding), whose logarithm would be infinite.
constexpr double kLeastProbability = 1e-300;

double logit(float score, OutputKind output) {
  const auto value = static_cast<double>(score);
  return output == OutputKind::probs ? std::log(std::max(value, kLeastProbability)) : value;
}

bool is_answer(const std::vector<float>& scores) {
  const auto may_be_score = [](float score) { return score <= std::numeric_limits<float>::max(); };  // false for NaN
  const auto is_finite = [](float score) { return std::isfinite(score); };
  return std::ranges::all_of(scores, may_be_score) && std::ranges::any_of(scores, is_finite);
}

double log_sum_exp(const std::vector<float>& scores, OutputKind output) {
  const double largest = logit(*std::max_element(scores.begin(), scores.end()), output);
  double sum = 0.0;
  for (const float score : scores) sum += std::exp(logit(score, output) - largest);
  return largest + std::log(sum);
}

}  // namespace

const std::string& name(Status status) { return kStatusNames[static_cast<std::size_t>(status)]; }

double Observation::probability(int index) const {
  if (!answered()) return 0.0;
  return std::exp(logit(scores[static_cast<std::size_t>(index)], output) - log_sum);
}

double Observation::log_odds(int a, int b) const {
  const auto logit_of = [this](int index) { return logit(scores[static_cast<std::size_t>(index)], output); };
  return logit_of(a) - logit_of(b);
}

int Observation::best_other_than(int index) const {
  int best = -1;
  for (int i = 0; i < static_cast<int>(scores.size()); ++i)
    if (i != index && (best < 0 || scores[static_cast<std::size_t>(i)] > scores[static_cast<std::size_t>(best)]))
      best = i;
  return best;
}

double Observation::margin() const {
  if (!answered()) return 0.0;
  const int second = best_other_than(predicted);
  return probability(predicted) - (second >= 0 ? probability(second) : 0.0);
}

Observation make_observation(std::vector<float> scores, OutputKind output) {
  Observation observation;
  observation.scores = std::move(scores);
  observation.output = output;
  if (!is_answer(observation.scores)) return observation;
  observation.predicted = static_cast<int>(std::max_element(observation.scores.begin(), observation.scores.end()) -
                                           observation.scores.begin());
  observation.log_sum = log_sum_exp(observation.scores, output);
  return observation;
}

Observation failed_observation(Status status, std::string message) {
  Observation observation;
  observation.status = status;
  observation.message = std::move(message);
  return observation;
}

}  // namespace robustcheck::oracle
