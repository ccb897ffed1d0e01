#include "robustcheck/app/case_state.h"

#include <algorithm>
#include <vector>

#include "robustcheck/app/judge.h"
#include "robustcheck/oracle/oracle.h"

namespace robustcheck::app {
namespace {

using oracle::Observation;

CaseResult not_run(const std::string& what, const Observation& observed) {
  std::string reason = what + oracle::name(observed.status) + (observed.message.empty() ? "" : ": " + observed.message);
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  return {CaseState::not_run, reason};
}

}  // namespace

const std::string& name(CaseState state) {
  static const std::vector<std::string> kNames = {"same", "fails", "fixed", "not_run"};
  return kNames[static_cast<std::size_t>(state)];
}

CaseResult judge_case(const Case& one, const Observation& reference, const Observation& observed) {
  const oracle::Oracle& oracle = oracle::find_oracle(one.oracle);
  if (!reference.ok()) return not_run("no output at the reference: ", reference);
  const bool violated = oracle.judge(reference, observed, one.image.label).violated;
  if (!observed.ok() && !violated) return not_run("no output: ", observed);
  if (violated) return {same_scores(observed, one.observed) ? CaseState::same : CaseState::fails, ""};
  if (!reference.answered()) return {CaseState::not_run, "the scores of the reference are no answer"};
  return {CaseState::fixed, ""};
}

CaseResult run_case(const Case& one, ImageIndex index, Session& session) {
  const oracle::Oracle& oracle = oracle::find_oracle(one.oracle);
  const Observation reference = session.evaluator->observe_exact(compared_with(oracle, one.variance), index);
  return judge_case(one, reference, session.evaluator->observe_exact(one.variance, index));
}

}  // namespace robustcheck::app
