#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "robustcheck/base/output_kind.h"

namespace robustcheck::oracle {

/// ok, or why there is no output.
enum class Status { ok, model_error, crash, timeout, out_of_memory, unavailable, image_error };

/// Names in the order of the enumerators, as JSON spells them.
inline const std::vector<std::string> kStatusNames = {"ok",          "model_error", "crash", "timeout", "out_of_memory",
                                                      "unavailable", "image_error"};
const std::string& name(Status status);

/// Stands in a failure's message before what its reader can do about it.
inline constexpr std::string_view kRemedy = "; remedy: ";

/// The model's output for one image under one variance.
struct Observation {
  Status status = Status::ok;
  std::string message;        ///< why, when status is not ok
  std::vector<float> scores;  ///< K values as the network emits them; empty when status is not ok
  int predicted = -1;         ///< lowest index among the largest scores; -1 where they are no answer
  double log_sum = 0.0;       ///< log of the sum of exp(logit), for probability()
  OutputKind output = OutputKind::logits;

  bool ok() const { return status == Status::ok; }
  /// No score is NaN or +infinity, and not all are -infinity (a class that is ruled out).
  bool answered() const { return predicted >= 0; }
  /// Softmax in double. For `probs` the logit is the logarithm, so that the result is the score, normalised.
  double probability(int index) const;
  /// Logarithm of probability(a) / probability(b); infinite where one of them is 0.
  double log_odds(int a, int b) const;
  /// The most probable class but `index`; -1 with fewer than two classes.
  int best_other_than(int index) const;
  /// Top-1 minus top-2 probability, in [0, 1]; 0 without an answer.
  double margin() const;
};

Observation make_observation(std::vector<float> scores, OutputKind output);
Observation failed_observation(Status status, std::string message);

}  // namespace robustcheck::oracle
