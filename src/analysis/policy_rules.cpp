#include <algorithm>
#include <cmath>

#include "robustcheck/analysis/policy.h"
#include "robustcheck/base/text.h"
#include "searched.h"
#include "selection.h"

namespace robustcheck::analysis {
namespace {

const std::vector<std::string> kOutcomes = {"pass", "fail", "inconclusive"};
constexpr double kMostImages = 1e9;

using FindingPointers = std::vector<const Finding*>;

int badness(Outcome outcome) { return outcome == Outcome::fail ? 2 : outcome == Outcome::inconclusive ? 1 : 0; }

std::string shown(const Estimate& estimate) {
  return percent(estimate.value) + " [" + fixed(100 * estimate.ci95.low, 1) + ", " +
         fixed(100 * estimate.ci95.high, 1) + "]";
}

/// An upper limit: an interval that ends at it is inside.
Outcome below(const Interval& ci95, double limit) {
  if (ci95.high <= limit) return Outcome::pass;
  return ci95.low > limit ? Outcome::fail : Outcome::inconclusive;
}

Outcome above(const Interval& ci95, double limit) {
  if (ci95.low >= limit) return Outcome::pass;
  return ci95.high < limit ? Outcome::fail : Outcome::inconclusive;
}

std::string images_text(const std::optional<std::uint64_t>& more) {
  if (!more) return "; the rate is the limit, no number of images decides";
  return "; about " + std::to_string(*more) + " more confirmation images would decide, if the rate stays";
}

std::string rule_name(const Limit& limit) {
  std::vector<std::string> parts;
  if (!limit.selection.profiles.empty()) parts.push_back("profile " + join(limit.selection.profiles, ","));
  if (!limit.selection.knob_class.empty()) parts.push_back("knob class " + limit.selection.knob_class);
  if (limit.selection.magnitude_at_most)
    parts.push_back("magnitude at most " + shortest(*limit.selection.magnitude_at_most));
  const std::string name = limit.measure + " " + shortest(limit.value);
  return parts.empty() ? name : name + " (" + join(parts, ", ") + ")";
}

/// Judges one policy; holds what every rule needs.
class Judgement {
 public:
  explicit Judgement(const GateRequest& request) : request_(request) { sort_out_allowed(); }

  GateResult run() {
    for (const Limit& limit : request_.policy.limits) {
      if (limit.measure == "max_drop_against_baseline") {
        add_drop(limit, "accuracy", &Findings::accuracy);
        add_drop(limit, "robust accuracy", &Findings::robust_accuracy);
      } else {
        result_.rules.push_back(limit.measure == "min_robust_accuracy"   ? robust_accuracy(limit)
                                : limit.measure == "max_detectable_rate" ? detectable(limit)
                                                                         : rate(limit));
      }
    }
    for (const std::string& name : request_.policy.forbid)
      result_.rules.push_back(name == "new" || name == "worse" ? forbid_change(name) : forbid_oracle(name));
    if (request_.now.corpus) result_.rules.push_back(corpus(*request_.now.corpus));
    for (const RuleResult& rule : result_.rules)
      if (badness(rule.outcome) > badness(result_.outcome)) result_.outcome = rule.outcome;
    return std::move(result_);
  }

 private:
  void sort_out_allowed() {
    for (const Finding& finding : request_.now.counterexamples)
      if (!allowed(finding.signature)) counted_.push_back(&finding);
  }

  bool allowed(const std::string& signature) {
    for (const Allowance& allowance : request_.policy.allow) {
      if (allowance.signature != signature) continue;
      const bool valid = request_.today <= allowance.expires;  // to the end of that day
      std::vector<Allowance>& list = valid ? result_.used : result_.expired;
      if (std::none_of(list.begin(), list.end(), [&](const Allowance& one) { return one.signature == signature; }))
        list.push_back(allowance);
      if (valid) return true;
    }
    return false;
  }

  RuleResult corpus(const std::vector<CorpusCase>& cases) {
    if (cases.empty()) return {"corpus", Outcome::inconclusive, "the corpus holds no case: nothing was tested"};
    std::vector<const CorpusCase*> failing, not_run;
    for (const CorpusCase& one : cases)
      if ((one.fails || !one.not_run.empty()) && !allowed(one.signature))
        (one.fails ? failing : not_run).push_back(&one);
    const std::string of_all = " of " + std::to_string(cases.size());
    RuleResult rule{"corpus", Outcome::pass, "no case" + of_all + " fails"};
    const std::vector<const CorpusCase*>& worst = failing.empty() ? not_run : failing;
    if (worst.empty()) return rule;
    rule.outcome = failing.empty() ? Outcome::inconclusive : Outcome::fail;
    rule.signature = worst.front()->signature;
    rule.message = std::to_string(worst.size()) + of_all +
                   (failing.empty() ? " cases could not be run" : " cases fail") + ", the first is " + rule.signature;
    if (failing.empty()) rule.message += ": " + worst.front()->not_run;
    return rule;
  }

  /// max_failure_rate and max_worst_class_drop: every selected counterexample must keep the limit.
  RuleResult rate(const Limit& limit) {
    const bool by_class = limit.measure == "max_worst_class_drop";
    RuleResult rule{rule_name(limit), Outcome::pass, "no counterexample that is counted", limit.value};
    for (const Finding* finding : counted_) {
      if (!selected(finding->variance, finding->magnitude, limit.selection, request_.catalogue)) continue;
      if (by_class && !finding->worst_class) {
        worsen(rule, unanswered(limit, finding->signature + ": no rate per class, the images have no labels"));
        continue;
      }
      RuleResult one = rate_of(*finding, limit, by_class);
      if (one.outcome == Outcome::fail) result_.broken_by.insert(finding->signature);
      worsen(rule, std::move(one));
    }
    if (rule.outcome == Outcome::pass) doubt(rule, limit, by_class);
    return rule;
  }

  RuleResult rate_of(const Finding& finding, const Limit& limit, bool by_class) const {
    const Measured& measured = by_class ? finding.worst_class_failure : finding.failure;
    RuleResult rule{rule_name(limit), below(measured.ci95, limit.value),      "",
                    limit.value,      Estimate{measured.rate, measured.ci95}, finding.signature};
    rule.message = finding.signature + (by_class ? ": class " + *finding.worst_class + " loses " : " fails on ") +
                   shown(*rule.measured) + " of " + std::to_string(measured.images) + " images";
    if (rule.outcome == Outcome::inconclusive) {
      rule.more_images = images_to_decide(measured, limit.value, by_class ? 0.95 : request_.now.interval_level);
      rule.message += images_text(rule.more_images);
    }
    return rule;
  }

  /// Keeps the worse of two answers to one rule; of equals the one with the higher rate.
  static void worsen(RuleResult& rule, RuleResult other) {
    const double rate = rule.measured ? rule.measured->value : -1.0;
    const double other_rate = other.measured ? other.measured->value : -1.0;
    if (badness(other.outcome) > badness(rule.outcome) || (other.outcome == rule.outcome && other_rate > rate))
      rule = std::move(other);
  }

  static RuleResult unanswered(const Limit& limit, const std::string& why) {
    return {rule_name(limit), Outcome::inconclusive, why, limit.value};
  }

  /// --candidates searches nothing: what it answers for is what the file held.
  bool any_given(const Selection& selection) const {
    const auto about = [&](const auto& one) {
      return selected(one.variance, one.magnitude, selection, request_.catalogue);
    };
    return std::ranges::any_of(request_.now.passed, about) ||
           std::ranges::any_of(request_.now.counterexamples, about) ||
           std::ranges::any_of(request_.now.explained, about);
  }

  /// Silence of a report is a pass only where the search looked and would have spoken.
  void doubt(RuleResult& rule, const Limit& limit, bool by_class) const {
    const Searched searched =
        request_.now.from_file ? Searched{} : searched_of(limit.selection, request_.now, request_.catalogue);
    if (request_.now.from_file && !any_given(limit.selection))
      rule = unanswered(limit, "no tested variance of the --candidates file is one that this limit is about");
    else if (!searched.missing.empty())
      rule = unanswered(limit, "the search of this report did not include " + searched.missing);
    else if (!by_class && request_.now.failure_limit > limit.value)
      rule = unanswered(limit, "the search reported only rates above its --failure-limit " +
                                   shortest(request_.now.failure_limit) + "; search with --failure-limit " +
                                   shortest(limit.value));
    else
      doubt_untested(rule, limit);
    if (rule.outcome == Outcome::pass && !searched.not_here.empty())
      rule.message += "; not on this machine: " + join(searched.not_here, ", ");
  }

  /// `breaks`: whether one of them could break the rule.
  template <typename Breaks>
  void doubt(RuleResult& rule, const std::vector<Suspect>& all, const std::string& what, const Breaks& breaks) const {
    const auto open = [&](const Suspect& one) {
      return breaks(one) && !analysis::allowed(request_.policy, one.signature, request_.today);
    };
    const auto first = std::find_if(all.begin(), all.end(), open);
    if (first == all.end() || rule.outcome != Outcome::pass) return;
    const auto count = std::count_if(all.begin(), all.end(), open);
    rule.outcome = Outcome::inconclusive;
    rule.message = std::to_string(count) + (count == 1 ? " candidate was " : " candidates were ") + what +
                   ", the first is " + first->signature;
  }

  template <typename Breaks>
  void doubt_untested(RuleResult& rule, const Breaks& breaks) const {
    if (request_.now.powerless) {
      rule.outcome = Outcome::inconclusive;
      rule.message = "on so few unseen images no failure could have been confirmed; give more images";
    }
    doubt(rule, request_.now.untested, "found but not tested; search with a larger --after-budget", breaks);
    if (rule.outcome != Outcome::pass || !request_.now.untested.empty() || request_.now.not_tested == 0) return;
    rule.outcome = Outcome::inconclusive;  // a report of an older version does not name them
    rule.message = std::to_string(request_.now.not_tested) +
                   " candidates were found but not tested; search with a larger --after-budget";
  }

  /// What a confirmed one explains was not tested itself, unless the search knew this policy.
  template <typename Breaks>
  void doubt_explained(RuleResult& rule, const Breaks& breaks) const {
    doubt(rule, request_.now.explained, "explained, not tested; search with --fail-on and this policy", breaks);
  }

  void doubt_untested(RuleResult& rule, const Limit& limit) const {
    const auto breaks = [&](const Suspect& one) { return could_break(limit, one, request_.catalogue); };
    doubt_untested(rule, breaks);
    doubt_explained(rule, breaks);
  }

  /// No pass where a failure of this size could have gone unseen.
  RuleResult detectable(const Limit& limit) const {
    const std::optional<double>& rate = request_.now.detectable_rate;
    if (!rate) return unanswered(limit, "on so few unseen images no failure rate would have been confirmed");
    RuleResult rule{
        rule_name(limit), *rate <= limit.value ? Outcome::pass : Outcome::inconclusive,
        "a tested variance that fails on " + percent(*rate) + " would have been confirmed (probability 0.8)",
        limit.value};
    if (rule.outcome == Outcome::inconclusive) rule.message += "; give more images, or a larger --after-budget";
    return rule;
  }

  RuleResult robust_accuracy(const Limit& limit) const {
    if (!request_.now.robust_accuracy)
      return unanswered(limit, "the report holds no robust accuracy (images without labels, or nothing was tested)");
    const Measured& measured = *request_.now.robust_accuracy;
    RuleResult rule{rule_name(limit), above(measured.ci95, limit.value), "", limit.value,
                    Estimate{measured.rate, measured.ci95}};
    rule.message = "robust accuracy " + shown(*rule.measured) + " on " + std::to_string(measured.images) + " images";
    if (rule.outcome == Outcome::inconclusive) {
      rule.more_images = images_to_decide(measured, limit.value);
      rule.message += images_text(rule.more_images);
    } else if (rule.outcome == Outcome::pass) {
      doubt_untested(rule, limit);
    }
    return rule;
  }

  void add_drop(const Limit& limit, const std::string& what, std::optional<Measured> Findings::* member) {
    result_.rules.push_back(drop(limit, what, member));
    result_.rules.back().rule += ", " + what;
  }

  RuleResult drop(const Limit& limit, const std::string& what, std::optional<Measured> Findings::* member) const {
    if (request_.before == nullptr) return unanswered(limit, "no baseline report; give --baseline OLD_REPORT");
    const auto &before = request_.before->*member, &now = request_.now.*member;
    if (!before || !now) return unanswered(limit, "one of the reports holds no " + what + " (images without labels)");
    if (same_deployment(*request_.before, request_.now))
      return {rule_name(limit), Outcome::pass, "the same model, images and preprocessing: nothing has changed",
              limit.value, Estimate{0.0, {0.0, 0.0}}};
    if (member == &Findings::robust_accuracy && request_.before->from_file != request_.now.from_file)
      return unanswered(limit,
                        "one report searched and the other tested a file (--candidates): the worst case is over "
                        "other variances");
    const Estimate drop = independent_difference(*before, *now);
    RuleResult rule{rule_name(limit), below(drop.ci95, limit.value), "", limit.value, drop};
    rule.message = what + " " + percent(before->rate) + " -> " + percent(now->rate) + ", a drop of " + shown(drop);
    if (rule.outcome == Outcome::inconclusive) {
      rule.more_images = images_to_decide_drop(drop, limit.value, std::min(before->images, now->images));
      rule.message += images_text(rule.more_images);
    } else if (rule.outcome == Outcome::pass && member == &Findings::robust_accuracy) {
      doubt_untested(rule, [&](const Suspect& one) { return could_break(limit, one, request_.catalogue); });
    }
    return rule;
  }

  /// The half width of an interval shrinks with the root of the number of images.
  static std::optional<std::uint64_t> images_to_decide_drop(const Estimate& drop, double limit, std::uint64_t images) {
    const double gap = std::abs(limit - drop.value);
    const double half = drop.value <= limit ? drop.ci95.high - drop.value : drop.value - drop.ci95.low;
    const double more = static_cast<double>(images) * ((half / gap) * (half / gap) - 1.0);
    if (!(more < kMostImages)) return std::nullopt;
    return static_cast<std::uint64_t>(std::ceil(std::max(more, 1.0)));
  }

  /// numeric and crash are always judged, of the others only the one that guided the search.
  void judged_by(RuleResult& rule, const std::string& oracle) const {
    const std::string& guide = request_.now.guide;
    if (rule.outcome != Outcome::pass || guide.empty() || oracle == guide || oracle == "numeric" || oracle == "crash")
      return;
    rule.outcome = Outcome::inconclusive;
    rule.message = "the search of this report was guided by " + guide + ": nothing was judged by " + oracle;
  }

  /// A variance of the old report that gives no usable output here was not run twice, as a finding would be.
  void doubt_broken(RuleResult& rule) const {
    for (const ComparedVariance& row : request_.now.baseline_variances) {
      if (row.found_here || row.no_output == 0) continue;
      rule.outcome = Outcome::inconclusive;
      rule.signature = row.signature;
      rule.message = row.description + " gives no usable output on " + std::to_string(row.no_output) +
                     " images, which it does on the old model; test it with --candidates";
      return;
    }
  }

  RuleResult forbid_oracle(const std::string& oracle) {
    RuleResult rule{"forbid " + oracle, Outcome::pass, "no such counterexample"};
    for (const Finding* finding : counted_) {
      if (finding->oracle != oracle) continue;
      result_.broken_by.insert(finding->signature);
      if (rule.outcome == Outcome::fail) continue;  // ranked: the worst comes first
      rule = {"forbid " + oracle,
              Outcome::fail,
              finding->signature + " is confirmed",
              std::nullopt,
              Estimate{finding->failure.rate, finding->failure.ci95},
              finding->signature};
    }
    judged_by(rule, oracle);
    if (rule.outcome == Outcome::pass && (oracle == "numeric" || oracle == "crash")) doubt_broken(rule);
    const auto same = [&](const Suspect& one) { return one.oracle == oracle; };
    if (rule.outcome == Outcome::pass) doubt_untested(rule, same);
    doubt_explained(rule, same);
    return rule;
  }

  /// new: what this search found and the old model was measured not to fail on. worse: that, and whatever fails more
  /// often here than there.
  static bool is_change(const Compared& row, const std::string& change) {
    return row.change == Change::added || (change == "worse" && row.change == Change::worse);
  }

  /// No measurement on both models, so that the row may be what is forbidden.
  static bool is_open(const Compared& row, const std::string& change) {
    const bool one_sided =
        row.change == Change::not_run || row.change == Change::here_only || row.change == Change::not_again;
    return one_sided && (row.found_here || change == "worse");
  }

  RuleResult forbid_change(const std::string& change) {
    RuleResult rule{"forbid " + change, Outcome::pass, "no such variance"};
    if (request_.before == nullptr && request_.now.baseline_report.empty()) {
      rule.outcome = Outcome::inconclusive;
      rule.message = "no baseline report; give --baseline OLD_REPORT";
      return rule;
    }
    const std::vector<Compared> rows =
        request_.before ? compare(*request_.before, request_.now) : compared_of(request_.now);
    for (const Compared& row : rows) {
      if (!is_change(row, change) || analysis::allowed(request_.policy, row.signature, request_.today)) continue;
      result_.broken_by.insert(row.signature);
      if (rule.outcome == Outcome::fail) continue;
      rule = {"forbid " + change,
              Outcome::fail,
              (row.description.empty() ? row.signature : row.description) + " is " + analysis::name(row.change) + ": " +
                  rates(row),
              std::nullopt,
              std::nullopt,
              row.signature};
    }
    const bool nothing_changed =
        request_.now.nothing_changed || (request_.before && same_deployment(*request_.before, request_.now));
    if (rule.outcome == Outcome::pass && nothing_changed)
      rule.message = "the same model, images and preprocessing: nothing has changed";
    else if (rule.outcome == Outcome::pass)
      doubt_unmeasured(rule, rows, change);
    return rule;
  }

  static std::string rates(const Compared& row) {
    return percent(row.now->rate) + " of " + std::to_string(row.now->images) + " images, " + percent(row.before->rate) +
           " on the old model";
  }

  void doubt_unmeasured(RuleResult& rule, const std::vector<Compared>& rows, const std::string& change) const {
    const auto open = [&](const Compared& row) {
      return is_open(row, change) && !analysis::allowed(request_.policy, row.signature, request_.today);
    };
    const auto first = std::find_if(rows.begin(), rows.end(), open);
    if (first == rows.end()) return doubt_untested(rule, [](const Suspect&) { return true; });
    rule.outcome = Outcome::inconclusive;
    rule.signature = first->signature;
    rule.message =
        std::to_string(std::count_if(rows.begin(), rows.end(), open)) +
        " variances were measured on one of both models only, the first is " + first->signature +
        (first->reason.empty() ? "; search with --baseline OLD_REPORT runs them on both" : ": " + first->reason);
  }

  const GateRequest& request_;
  FindingPointers counted_;
  GateResult result_;
};

}  // namespace

const std::string& name(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

GateResult judge(const GateRequest& request) { return Judgement(request).run(); }

std::optional<std::uint64_t> images_to_decide(const Measured& measured, double limit, double level) {
  // Wilson's interval inverts the score test: its end is the limit where |rate - limit| = z sqrt(limit (1 - limit) /
  // n).
  const double gap = measured.rate - limit;
  const double z = normal_z(level);
  const double needed = std::ceil(z * z * limit * (1.0 - limit) / (gap * gap));
  if (!(needed < kMostImages)) return std::nullopt;
  const auto images = static_cast<std::uint64_t>(needed);
  return images > measured.images ? images - measured.images : 1;
}

}  // namespace robustcheck::analysis
