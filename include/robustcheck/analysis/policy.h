#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "robustcheck/analysis/compare.h"
#include "robustcheck/analysis/findings.h"

namespace robustcheck::analysis {

/// Which counterexamples a limit is about; nothing set: all.
struct Selection {
  std::vector<std::string> profiles;        ///< those that a search with this --profile could have found
  std::string knob_class;                   ///< those that change a knob of this class
  std::optional<double> magnitude_at_most;  ///< those no stronger than this

  bool all() const { return profiles.empty() && knob_class.empty() && !magnitude_at_most; }
};

struct Limit {
  std::string measure;  ///< one of kMeasures
  double value = 0.0;
  Selection selection;
};
inline const std::vector<std::string> kMeasures = {"max_failure_rate", "min_robust_accuracy",
                                                   "max_drop_against_baseline", "max_worst_class_drop",
                                                   "max_detectable_rate"};

/// A counterexample that is known and not held against the model until the end of a day.
struct Allowance {
  std::string signature, reason, expires;  ///< expires: YYYY-MM-DD
};

/// What a release must keep.
struct Policy {
  std::vector<Limit> limits;
  std::vector<std::string> forbid;  ///< oracles whose counterexamples are not tolerated at any rate; new, worse
  std::vector<Allowance> allow;
};

/// Reads a policy as users write it: limits at the top level are about all counterexamples, those in "limits" about the
/// ones that profile, knob_class and magnitude_at_most select. Throws Error{usage} with did-you-mean; an empty policy
/// is an error, because it would pass everything.
Policy policy_from_json(const Json& json, const std::string& place);

/// pass: the interval lies wholly inside the limit (one that ends at it is inside); fail: wholly outside; else
/// inconclusive, as is what the report cannot answer.
enum class Outcome { pass, fail, inconclusive };
const std::string& name(Outcome outcome);

struct RuleResult {
  std::string rule;  ///< "max_failure_rate 0.05 (magnitude at most 0.3)"
  Outcome outcome = Outcome::pass;
  std::string message;
  std::optional<double> limit;
  std::optional<Estimate> measured;          ///< of what decided
  std::string signature;                     ///< of the counterexample that decided; may be empty
  std::optional<std::uint64_t> more_images;  ///< that would decide an inconclusive rule if the rate stays
};

struct GateResult {
  Outcome outcome = Outcome::pass;  ///< fail if a rule fails, else inconclusive if one is, else pass
  std::vector<RuleResult> rules;
  std::set<std::string> broken_by;  ///< signatures of the counterexamples that fail a rule
  std::vector<Allowance> used;      ///< allowances that covered a counterexample
  std::vector<Allowance> expired;   ///< those that would have
};

struct GateRequest {
  const Policy& policy;
  const Findings& now;
  const Findings* before = nullptr;  ///< the baseline report, if given
  const space::Catalogue& catalogue;
  std::string today;  ///< YYYY-MM-DD
};
/// A report with a corpus has one rule more: it holds cases, every one could be run, and none fails, but those of an
/// allowed signature.
GateResult judge(const GateRequest& request);

/// Whether a failure that no test has seen could break a limit: it is one that the limit is about, and the upper end of
/// its rate's interval on the search half is beyond the limit.
bool could_break(const Limit& limit, const Suspect& suspect, const space::Catalogue& catalogue);
/// Whether the policy tolerates a signature on a day (YYYY-MM-DD).
bool allowed(const Policy& policy, const std::string& signature, const std::string& today);

/// Images beyond `measured.images` after which Wilson's interval of the same rate, at confidence `level`, no longer
/// crosses `limit`; nullopt where no sensible number does (the rate is the limit).
std::optional<std::uint64_t> images_to_decide(const Measured& measured, double limit, double level = 0.95);

}  // namespace robustcheck::analysis
