#include <algorithm>
#include <iostream>

#include "robustcheck/base/files.h"
#include "robustcheck/base/names.h"
#include "search_run.h"

namespace robustcheck::app {

void SearchRun::finish() {
  report_.status = ending_ == Ending::complete ? "complete" : "partial";
  report_.seed = options_.seed;
  report_.command = options_.command;
  report_.tool_version = version_line().substr(version_line().find(' ') + 1);
  report_.model_path = path_text(session_.model);
  report_.model_sha256 = session_.model_sha256;
  report_.variants = session_.variants;
  report_.dataset_path = path_text(session_.dataset.path);
  report_.dataset_sha256 = session_.dataset.sha256;
  report_.dataset_images = session_.dataset.size() - baseline_.bad_images.size();
  report_.labelled = session_.dataset.labelled;
  report_.skipped = session_.dataset.skipped;
  if (!baseline_.bad_images.empty())
    report_.skipped.push_back({"unreadable", baseline_.bad_images.size(), baseline_.bad_images.front()});
  report_.preprocess = image::to_json(session_.preprocessing);
  report_.settings = settings();
  report_.environment = environment_;
  report_.baseline = baseline_.summary;
  report_.baseline.eligible = halves_.search.size() + halves_.confirmation.size();
  report_.robust_accuracy = robust_accuracy(confirmed_, session_.dataset, *bench_, options_.session.split_seed);
  report_.robust_accuracy_image =
      robust_accuracy(searched_.per_image, session_.dataset, *bench_, options_.session.split_seed);
  if (options_.scope == "image") {
    save_.result([this] {
      directory_.add(directory_.per_image());
      write_file(directory_.per_image(), per_image_lines(searched_.per_image, session_.dataset));
    });
  }
  report_.tolerance = explained_.tolerance;
  report_.interaction_map = explained_.interaction_map;
  report_.coverage = explained_.coverage;
  report_.confirmation =
      confirmation_of(confirmed_, options_.failure_limit,
                      std::min(options_.confirm_images, halves_.confirmation.size()), ending_ != Ending::complete);
  report_.kinds = kinds_of(screened_, confirmed_, report_.catalogue);
  report_.counts = counts();
  for (Confirmed& one : confirmed_.confirmed) report_.counterexamples.push_back(std::move(one.found));
  if (inputs_.candidates) report_.from_file = inputs_.candidates->proposed.size();
  report_.timing = timing();
  say_what_was_not_made();
}

void SearchRun::say_what_was_not_made() {
  progress_.finish();
  if (bench_->pictures_not_made() > 0)
    std::cerr << "robustcheck: " << bench_->pictures_not_made()
              << " pictures could not be made and count as no failure; the first: " << bench_->first_not_made() << '\n';
}

Json SearchRun::settings() const {
  const Json from =
      inputs_.candidates
          ? Json({{"sha256", inputs_.candidates->sha256}, {"variances", inputs_.candidates->proposed.size()}})
          : Json();
  return {{"profiles", options_.space.profiles},
          {"scope", options_.scope},
          {"strategy", inputs_.candidates ? "none" : strategy_of(options_).name},
          {"candidates", from},
          {"oracle", bench_->guide().name},
          {"failure_limit", options_.failure_limit},
          {"split_seed", options_.session.split_seed},
          {"limit", options_.session.limit},
          {"calibration_images", session_.calibration.size()},
          {"search_images", halves_.search.size()},
          {"confirmation_images", halves_.confirmation.size()}};
}

Json SearchRun::deployment() const {
  Json variants = Json::array();
  for (const report::VariantFile& one : session_.variants)
    variants.push_back({{"name", one.name}, {"sha256", one.sha256}});
  return {{"model", {{"sha256", session_.model_sha256}}},
          {"preprocess", image::to_json(session_.preprocessing)},
          {"variants", variants},
          {"space", settings()},
          {"environment", environment_}};
}

report::Counts SearchRun::counts() const {
  const Accounts accounts = account(screened_, confirmed_);
  report::Counts counts{{{"evaluations", searched_.evaluations},
                         {"limit", options_.budget},
                         {"baseline", baseline_.evaluations},
                         {"probe", probe_evaluations_},
                         {"divergence", bench_->extra_evaluations()},
                         {"screen", screened_.evaluations},
                         {"minimise", minimized_.evaluations},
                         {"confirm", confirmed_.evaluations},
                         {"attribute", explained_.attribute},
                         {"tolerance", explained_.tolerances},
                         {"interaction_map", explained_.map},
                         {"baseline_variances", compared_.evaluations},
                         {"cases", case_evaluations_},
                         {"pictures_measured", gate_ ? gate_->pictures() : 0},
                         {"pictures_not_made", bench_->pictures_not_made()},
                         {"repaired", gate_ ? gate_->repaired() : 0},
                         {"after_limit", after_budget()}},
                        {{"unconfirmed", accounts.unconfirmed},
                         {"not_minimised", minimized_.not_minimised},
                         {"invalid", gate_ ? gate_->rejected() : 0},
                         {"explained", accounts.explained},
                         {"merged", accounts.merged},
                         {"not_reproduced", accounts.not_reproduced},
                         {"not_tested", accounts.not_tested}}};
  counts.candidates = accounts.candidates;
  counts.confirmed = accounts.confirmed;
  counts.not_tested = accounts.not_tested;
  counts.not_run = accounts.not_run;
  if (accounts.not_tested > accounts.not_run) counts.after_needed = after_spent() + accounts.evaluations_missing;
  return counts;
}

Json SearchRun::timing() const {
  Json json = {{"total_s", watch_.seconds()},
               {"phases_s", phases_},
               {"strategy_s", searched_.strategy_seconds},
               {"probe_from_cache", probe_from_cache_}};
  const eval::Timings& work = session_.evaluator->timings();
  json["workers_s"] = {
      {"start", session_.pool->start_seconds()}, {"decode", work.decode_s},   {"perturb", work.perturb_s},
      {"preprocess", work.preprocess_s},         {"forward", work.forward_s}, {"switch", work.switch_s}};
  const double search_s = phases_.value("search", 0.0);
  json["evaluations_per_second"] = search_s > 0 ? Json(static_cast<double>(searched_.evaluations) / search_s) : Json();
  return json;
}

}  // namespace robustcheck::app
