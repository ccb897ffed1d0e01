#include "robustcheck/app/compare_phase.h"

#include <algorithm>

#include "robustcheck/analysis/compare.h"
#include "robustcheck/app/baseline.h"
#include "robustcheck/app/unseen_outcomes.h"
#include "robustcheck/app/variants.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/files.h"
#include "robustcheck/base/hash.h"
#include "robustcheck/base/names.h"

namespace robustcheck::app {
namespace fs = std::filesystem;
namespace {

using analysis::Finding;
using analysis::Outcomes;
using report::BaselineVariance;

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorKind::input, message); }

/// A network with its reference on the images, ready to run what the other one failed on.
struct Side {
  Session* session = nullptr;
  Bench* bench = nullptr;
};

/// Why the variance cannot be run there, "" if it can.
std::string why_not(const space::Variance& variance, ImageIndex image, Session& session) {
  for (const auto& [knob, value] : variance.config) {
    const space::KnobInfo* info = session.catalogue.find_knob(knob);
    if (info == nullptr || !info->has(value)) return knob + "=" + value + " is no value here";
  }
  const space::Trial trial{variance, {image}};
  const oracle::Observation first = session.evaluator->observe({&trial, 1}).front().front();
  return first.status == oracle::Status::unavailable ? first.message : "";
}

/// The images that one model was tested on, and that are eligible on the other.
std::vector<ImageIndex> shared_images(const std::string& outcomes, const std::string& oracle, const Bench& other,
                                      std::size_t images) {
  std::vector<ImageIndex> result;
  for (ImageIndex i = 0; i < std::min(outcomes.size(), images); ++i)
    if (outcomes[i] != '.' && other.eligible(oracle::find_oracle(oracle), i)) result.push_back(i);
  return result;
}

class Comparison {
 public:
  Comparison(const CompareRequest& request, ValidityGate& gate) : request_(request), gate_(gate) {}

  /// `outcomes`: of the model that found it; `other`: the one that did not.
  void run(BaselineVariance row, const std::string& outcomes, const Side& other) {
    if (outcomes.empty()) return leave(std::move(row), "the old report does not say on which images it was tested");
    const std::vector<ImageIndex> images =
        shared_images(outcomes, row.oracle, *other.bench, other.session->dataset.size());
    if (images.empty()) return leave(std::move(row), "no image of its test is eligible on the other model");
    if (std::string reason = why_not(row.variance, images.front(), *other.session); !reason.empty())
      return leave(std::move(row), std::move(reason));
    UnseenOutcomes unseen(*other.bench, gate_, images, /*broken_fails=*/true);
    const Outcomes found = unseen.measure(row.oracle, {&row.variance, 1}, unseen.spread(images.size())).front();
    outcome_.evaluations += unseen.evaluations();
    row.no_output = unseen.broken();
    add(std::move(row), images, outcomes, found);
  }

  void leave(BaselineVariance row, std::string reason) {
    row.verdict = "not_run";
    row.reason = std::move(reason);
    outcome_.rows.push_back(std::move(row));
  }

  CompareOutcome finish() {
    judge_rows(outcome_.rows, request_.failure_limit);
    return std::move(outcome_);
  }

 private:
  void add(BaselineVariance row, const std::vector<ImageIndex>& images, const std::string& outcomes,
           const Outcomes& other) {
    report::Rate finder{0, images.size()}, second{0, images.size()};
    std::uint64_t finder_only = 0, second_only = 0;
    for (std::size_t i = 0; i < images.size(); ++i) {
      const bool fails = outcomes[images[i]] == '1', fails_there = other[i] != 0;
      finder.failures += fails ? 1 : 0;
      second.failures += fails_there ? 1 : 0;
      finder_only += fails && !fails_there ? 1 : 0;
      second_only += !fails && fails_there ? 1 : 0;
    }
    row.here = row.found_here ? finder : second;
    row.there = row.found_here ? second : finder;
    row.here_only = row.found_here ? finder_only : second_only;
    row.there_only = row.found_here ? second_only : finder_only;
    outcome_.rows.push_back(std::move(row));
  }

  const CompareRequest& request_;
  ValidityGate& gate_;
  CompareOutcome outcome_;
};

BaselineVariance row_of(const Finding& finding) {
  return {finding.signature, finding.oracle, finding.variance, false, {}, {}, 0, 0, 0, "", {}, ""};
}

BaselineVariance row_of(const report::Counterexample& found) {
  return {found.signature, found.oracle, found.variance, true, {}, {}, 0, 0, 0, "", {}, ""};
}

/// What this run confirmed and the old one did not, in full or not.
std::vector<const report::Counterexample*> only_here(const CompareRequest& request) {
  std::vector<const report::Counterexample*> result;
  for (const std::vector<Confirmed>* list : {&request.confirmed.confirmed, &request.confirmed.others})
    for (const Confirmed& one : *list) {
      const auto same = [&](const Finding& old) {
        return old.oracle == one.found.oracle && old.variance == one.found.variance;
      };
      if (request.confirmed.decision.fates[one.finalist] == analysis::Fate::confirmed &&
          std::ranges::none_of(request.old.findings.counterexamples, same))
        result.push_back(&one.found);
    }
  return result;
}

/// Nothing can differ: what either report says is so on both.
CompareOutcome all_the_same(const CompareRequest& request) {
  CompareOutcome outcome;
  const auto add = [&](BaselineVariance row, const report::Rate& rate) {
    row.here = row.there = rate;
    row.verdict = "same";
    outcome.rows.push_back(std::move(row));
  };
  for (const Finding& finding : request.old.findings.counterexamples)
    add(row_of(finding), {finding.failure.count(), finding.failure.images});
  for (const report::Counterexample* found : only_here(request)) add(row_of(*found), {found->failures, found->images});
  return outcome;
}

/// The old network on the same images.
class OldModel {
 public:
  OldModel(const CompareRequest& request, const Session& session, const oracle::Oracle& guide)
      : reason_(open(request, session)) {
    if (!reason_.empty()) return;
    session_->pool->set_interrupt(request.stop);
    reference_ = observe_reference(*session_, request.options).reference;
    evaluations_ = reference_.size();
    bench_.emplace(*session_->evaluator, session_->dataset, reference_, guide);
  }

  const std::string& reason() const { return reason_; }  ///< why it cannot be run; "" if it can
  std::uint64_t evaluations() const { return evaluations_; }
  Side side() { return {&*session_, &*bench_}; }

 private:
  /// Returns why it cannot be run.
  std::string open(const CompareRequest& request, const Session& session) {
    const Json& report = request.old.json;
    const fs::path model = from_text(report.at("model").at("path").get<std::string>());
    const std::string sha256 = report.at("model").at("sha256").get<std::string>();
    if (!fs::is_regular_file(model)) return "the old model is not at " + model.string();
    if (sha256_file(model) != sha256) return model.string() + " is no longer the old model";
    const image::Preprocessing preprocessing =
        image::preprocessing_from_json(report.at("preprocess"), request.old.path + "/preprocess");
    if (preprocessing.classes != session.preprocessing.classes) return "the old model has other classes";
    std::vector<report::VariantFile> variants;
    for (const Json& one : report.at("variants"))
      if (fs::is_regular_file(one.at("path").get<std::string>()))
        variants.push_back({one.at("name"), one.at("path"), one.at("sha256")});
    session_.emplace(with_model(session, request.options, {model, sha256}, preprocessing, std::move(variants)));
    return "";
  }

  std::string reason_;
  std::optional<Session> session_;
  std::vector<oracle::Observation> reference_;
  std::optional<Bench> bench_;
  std::uint64_t evaluations_ = 0;
};

/// Nothing here says that two rules call the same pictures valid.
std::string other_validity(const OldReport& old, const ValidityGate& gate) {
  const Json& space = old.json.at("space");
  return space.contains("validity") && space.at("validity") == space::to_json(gate.rule())
             ? ""
             : "the old report's validity rule was another one";
}

/// A variance to run, with the letters of the model that found it.
struct Job {
  BaselineVariance row;
  std::string outcomes;
};

std::vector<Job> jobs_of(const CompareRequest& request) {
  std::vector<Job> jobs;
  for (const Finding& finding : request.old.findings.counterexamples)
    jobs.push_back({row_of(finding), finding.outcomes});
  for (const report::Counterexample* found : only_here(request)) jobs.push_back({row_of(*found), found->outcomes});
  return jobs;
}

}  // namespace

OldReport read_old_report(const fs::path& path, const space::Catalogue& catalogue) {
  const fs::path file = fs::is_directory(path) ? path / "report.json" : path;
  const std::string place = "--baseline " + file.string();
  try {
    OldReport old{parse_json(read_file(file), place), {}, file.string(), ""};
    old.sha256 = sha256_file(file);
    if (const std::string reason = analysis::unfinished(old.json, place); !reason.empty())
      refuse(place + ": " + reason + "; a finished report is needed");
    old.findings = analysis::findings_from_json(old.json, catalogue, place);
    return old;
  } catch (const Json::exception& error) {
    refuse(place + ": is no report of this version: " + error.what());
  } catch (const Error& error) {
    refuse(error.what());
  }
}

void check_comparable(const OldReport& old, const Session& session, const oracle::Oracle& guide) {
  const std::string place = "--baseline " + old.path;
  if (old.findings.dataset_sha256 != session.dataset.sha256)
    refuse(place +
           ": is a report of other images, of another --limit or of classes in another order, so that nothing can be "
           "paired");
  if (!old.findings.guide.empty() && old.findings.guide != guide.name)
    refuse(place + ": was searched with --oracle " + old.findings.guide + ", this run with " + guide.name);
}

void judge_rows(std::vector<BaselineVariance>& rows, double failure_limit) {
  std::vector<analysis::Pair> pairs;
  std::vector<std::size_t> place;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const BaselineVariance& row = rows[i];
    if (row.verdict == "not_run") continue;
    pairs.push_back({row.oracle, row.found_here, row.here->images, row.here->failures, row.there->failures,
                     row.here_only, row.there_only});
    place.push_back(i);
  }
  const std::vector<analysis::Change> said = analysis::verdicts(pairs, failure_limit);
  for (std::size_t k = 0; k < said.size(); ++k) {
    BaselineVariance& row = rows[place[k]];
    row.p_value = analysis::p_value(pairs[k]);
    row.verdict = analysis::name(said[k] == analysis::Change::added ? analysis::Change::worse : said[k]);
  }
}

std::vector<std::string> differences(const OldReport& old, const report::Report& now) {
  return analysis::differences(old.findings,
                               analysis::findings_from_json(report::to_json(now), catalogue_with({}), "report.json"));
}

CompareOutcome compare_phase(const CompareRequest& request, Session& session, Bench& bench, ValidityGate& gate,
                             Progress& progress) {
  if (request.same) return all_the_same(request);
  const Side here{&session, &bench};
  const std::vector<Job> jobs = jobs_of(request);
  progress.phase("baseline variances", jobs.size());
  Comparison comparison(request, gate);
  const std::string other_rule = other_validity(request.old, gate);
  std::optional<OldModel> old_model;
  bool ended = false;
  for (std::size_t done = 0; done < jobs.size(); progress.update(++done)) {
    const Job& job = jobs[done];
    std::string reason = ended ? kEndedFirst : other_rule;
    try {
      if (reason.empty() && job.row.found_here) {
        if (!old_model) old_model.emplace(request, session, bench.guide());
        reason = old_model->reason();
      }
      if (reason.empty()) comparison.run(job.row, job.outcomes, job.row.found_here ? old_model->side() : here);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::interrupted) throw;
      ended = true;
      reason = kEndedFirst;
    }
    if (!reason.empty()) comparison.leave(job.row, reason);
  }
  CompareOutcome outcome = comparison.finish();
  outcome.evaluations += old_model ? old_model->evaluations() : 0;
  return outcome;
}

}  // namespace robustcheck::app
