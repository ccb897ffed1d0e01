#pragma once

/// A made-up model whose failures are known, for the phases after the search.
#include <cmath>
#include <functional>

#include "robustcheck/app/confirm_phase.h"
#include "robustcheck/app/minimize_phase.h"
#include "robustcheck/app/screen_phase.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {

using oracle::Observation;
using space::Variance;

inline constexpr std::size_t kImages = 400;

inline double degrees(const Variance& variance) {
  for (const space::Step& step : variance.data)
    if (step.transform == "rotate") return std::abs(step.values.front());
  return 0.0;
}
inline bool bf16(const Variance& variance) { return variance.config.contains("precision"); }

/// Image i fails when `fails(variance, i / kImages)` says so.
class FakeEvaluator : public eval::Evaluator {
 public:
  using Rule = std::function<bool(const Variance&, double)>;
  explicit FakeEvaluator(Rule rule) : rule_(std::move(rule)) {}
  std::vector<std::vector<Observation>> observe(std::span<const space::Trial> trials) override {
    std::vector<std::vector<Observation>> rows;
    for (const space::Trial& trial : trials) {
      rows.emplace_back();
      for (const ImageIndex image : trial.images) {
        const bool fails = rule_(trial.variance, static_cast<double>(image % 100) / 100.0);
        rows.back().push_back(
            oracle::make_observation(fails ? std::vector<float>{0, 2} : std::vector<float>{2, 0}, OutputKind::logits));
      }
      evaluations += trial.images.size();
    }
    return rows;
  }
  std::uint64_t evaluations = 0;

 private:
  Rule rule_;
};

struct World {
  explicit World(FakeEvaluator::Rule rule) : evaluator(std::move(rule)) {
    for (ImageIndex i = 0; i < kImages; ++i) {
      session.dataset.images.push_back({"/x", std::to_string(i), sha256_hex(std::to_string(i)), Label{0}});
      reference.push_back(oracle::make_observation({2, 0}, OutputKind::logits));
      images.push_back({i, Label{0}, 0.5 + static_cast<double>(i % 100) / 1000.0});
    }
    session.dataset.labelled = true;
  }
  Bench bench() { return {evaluator, session.dataset, reference, oracle::find_oracle("label")}; }

  MinimizeOutcome minimize(const std::vector<search::Candidate>& candidates, std::uint64_t allowance = 100000,
                           std::size_t most = 20, const std::vector<search::KnobEffect>& effects = {}) {
    Bench judge = bench();
    return minimize_phase(candidates, {space, catalogue, images, allowance, most, 0.05, effects}, judge, progress);
  }
  ConfirmOutcome confirm(const std::vector<Finalist>& finalists, std::uint64_t allowance = 100000,
                         const Strictness& strictness = {}) {
    Bench judge = bench();
    ValidityGate gate(space.validity, {0, 1, 2, 3}, measure);
    return confirm_phase(finalists, {catalogue, images, allowance, 200, 0.05, 0, 20, strictness}, session, judge, gate,
                         progress);
  }
  ScreenOutcome screen(const std::vector<search::Candidate>& candidates, std::uint64_t allowance = 100000) {
    Bench judge = bench();
    const ScreenRequest request{images, 0.05, allowance, 100};
    ScreenOutcome outcome = sort_out(candidates, request);
    screen_phase(outcome, request, judge, progress);
    return outcome;
  }
  /// Met on the first `count` images, of which the first `failures` fail.
  search::Candidate candidate(const Variance& variance, std::uint64_t failures, std::uint64_t count = 32) const {
    search::Candidate result{space::signature("label", variance),   "label", variance, count, failures, 0.0,
                             space::magnitude(variance, catalogue), {},      {}};
    for (ImageIndex i = 0; i < count; ++i) result.seen.push_back({i, i < failures});
    return result;
  }
  /// One that nothing explains: as minimising leaves it.
  Finalist finalist(const Variance& variance) const { return {candidate(variance, 16), true, true, 0, {}, 0.0}; }

  space::Catalogue catalogue = transform::catalogue();
  space::Space space =
      space::make_space({.profiles = {"severe", "deployment"}, .transforms = {}, .knobs = {}}, catalogue);
  Session session;
  std::vector<Observation> reference;
  std::vector<search::SearchImage> images;
  FakeEvaluator evaluator;
  ValidityGate::Measure measure = [](std::span<const space::Trial> trials) {
    eval::Measured measured;
    for (const space::Trial& trial : trials) measured.emplace_back(trial.images.size(), space::Distances{});
    return measured;
  };
  Progress progress{OutputOptions{ProgressMode::none, true}};
};

/// Measures every other image as spoilt: its picture shows something else.
inline eval::Measured every_other_spoilt(std::span<const space::Trial> trials) {
  eval::Measured measured;
  for (const space::Trial& trial : trials) {
    measured.emplace_back();
    for (const ImageIndex image : trial.images)
      measured.back().push_back(image % 2 == 0 ? space::Distances{} : space::Distances{0.0, 1.0, 1.0, 0.5});
  }
  return measured;
}

inline Variance rotated(double angle, bool with_bf16 = false, bool with_jpeg = false) {
  Variance variance{{{"rotate", {angle}}}, {}, 0};
  if (with_jpeg) variance.data.push_back({"jpeg", {50}});
  if (with_bf16) variance.config["precision"] = "bf16";
  return variance;
}

}  // namespace robustcheck::app
