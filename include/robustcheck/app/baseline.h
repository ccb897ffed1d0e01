#pragma once

#include <string>
#include <vector>

#include "robustcheck/app/session.h"
#include "robustcheck/oracle/observation.h"
#include "robustcheck/report/report.h"

namespace robustcheck::app {

struct BaselineResult {
  std::vector<oracle::Observation> reference;  ///< one per image
  report::Baseline summary;                    ///< eligible is filled in by the caller
  std::vector<std::string> bad_images;         ///< "name: reason"
  std::uint64_t evaluations = 0;
};

/// Runs the reference on all images and looks whether it is repeatable (repeatability.h). Throws Error{input} for
/// unreadable images beyond the allowed number, a model that rejects the batch or gives one output per image, and
/// another number of outputs than classes; Error{baseline} when it is not repeatable, or when accuracy is below
/// `min_accuracy` (negative: where its Wilson interval does not begin above 1 / classes), with the likely cause.
BaselineResult measure_baseline(Session& session, const SessionOptions& options, double min_accuracy);

/// Observations of the reference on all images, with the checks of single images (no second run, no accuracy check).
BaselineResult observe_reference(Session& session, const SessionOptions& options);

/// Why accuracy is so low: tries a few quick alternatives (channel order, scale, normalisation, class order) on some
/// images and names the one that scores better, else "".
std::string likely_cause(Session& session, const SessionOptions& options, const BaselineResult& baseline);

}  // namespace robustcheck::app
