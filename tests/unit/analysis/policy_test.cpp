#include "robustcheck/analysis/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "robustcheck/base/error.h"
#include "robustcheck/space/space.h"

namespace robustcheck::analysis {
namespace {

using testing::HasSubstr;

space::Catalogue catalogue() {
  space::Catalogue catalogue;
  catalogue.transforms = {{.name = "rotate",
                           .family = "",
                           .summary = "",
                           .source = "",
                           .parameters = {{"degrees", -45, 45, 0, "degrees"}},
                           .has_border = true}};
  catalogue.knobs = space::all_knobs();
  return catalogue;
}

Json counterexample(const std::string& signature, const Json& variance, double magnitude, std::uint64_t failures) {
  const Interval ci95 = wilson(failures, 400);
  return {{"signature", signature},
          {"oracle", signature.substr(0, signature.find(':'))},
          {"variance", variance},
          {"magnitude", magnitude},
          {"failure_rate", static_cast<double>(failures) / 400},
          {"ci95", {ci95.low, ci95.high}},
          {"images", 400},
          {"outcomes", std::string(failures, '1') + std::string(400 - failures, '0')},
          {"worst_class", {{"name", "bag"}, {"failure_rate", 0.5}, {"images", 40}}}};
}

Json example() {
  const Interval robust = wilson(200, 430);
  return {{"schema_version", 1},
          {"status", "complete"},
          {"model", {{"sha256", "0"}}},
          {"preprocess", Json::object()},
          {"dataset", {{"sha256", "0"}}},
          {"variants", Json::array()},
          {"budget", {{"evaluations", 20000}}},
          {"dropped", {{"not_tested", 0}}},
          {"space",
           {{"failure_limit", 0.05},
            {"profiles", {"mild"}},
            {"transforms", {{{"transform", "rotate"}, {"ranges", {{"degrees", {-20.0, 20.0}}}}}}},
            {"knobs", {{{"knob", "precision"}, {"reference", "fp32"}, {"values", {"bf16"}}}}}}},
          {"unavailable_knobs", Json::array()},
          {"baseline", {{"accuracy", 0.93}, {"images", 1000}}},
          {"robust_accuracy", {{"value", 200.0 / 430}, {"ci95", {robust.low, robust.high}}, {"images", 430}}},
          {"counterexamples",
           {counterexample("label:rotate", {{"data", {{{"transform", "rotate"}, {"degrees", 18.0}}}}}, 0.4, 100),
            counterexample("label:|precision=bf16", {{"config", {{"precision", "bf16"}}}}, 0.0, 40)}}};
}

/// Of another model.
Json example_of_old() {
  Json report = example();
  report["model"]["sha256"] = "1";
  return report;
}

Findings findings(const Json& report) { return findings_from_json(report, catalogue(), "report.json"); }

GateResult judged(const Json& policy, const Json& report = example(), const Json& before = Json()) {
  const Policy rules = policy_from_json(policy, "policy.json");
  const Findings now = findings(report);
  const std::optional<Findings> old = before.is_null() ? std::nullopt : std::optional(findings(before));
  const space::Catalogue known = catalogue();
  return judge({rules, now, old ? &*old : nullptr, known, "2026-11-24"});
}

Outcome outcome(const Json& policy, const Json& report = example(), const Json& before = Json()) {
  return judged(policy, report, before).outcome;
}

std::string refusal(const Json& policy) {
  try {
    policy_from_json(policy, "policy.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

constexpr double kStep = 1e-9;

TEST(Policy, AnIntervalThatEndsAtAnUpperLimitIsInside) {
  const Interval ci95 = wilson(100, 400);
  EXPECT_EQ(outcome({{"max_failure_rate", ci95.high}}), Outcome::pass);
  EXPECT_EQ(outcome({{"max_failure_rate", ci95.high - kStep}}), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"max_failure_rate", ci95.low}}), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"max_failure_rate", ci95.low - kStep}}), Outcome::fail);
}

TEST(Policy, AnIntervalThatBeginsAtALowerLimitIsInside) {
  const Interval ci95 = wilson(200, 430);
  EXPECT_EQ(outcome({{"min_robust_accuracy", ci95.low}}), Outcome::pass);
  EXPECT_EQ(outcome({{"min_robust_accuracy", ci95.low + kStep}}), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"min_robust_accuracy", ci95.high}}), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"min_robust_accuracy", ci95.high + kStep}}), Outcome::fail);
}

TEST(Policy, TheWorstClassHasAnIntervalOfItsOwn) {
  const Interval ci95 = wilson(20, 40);
  EXPECT_EQ(outcome({{"max_worst_class_drop", ci95.high}}), Outcome::pass);
  EXPECT_EQ(outcome({{"max_worst_class_drop", ci95.high - kStep}}), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"max_worst_class_drop", ci95.low - kStep}}), Outcome::fail);
}

TEST(Policy, ADropAgainstTheBaselineIsMeasuredOnBothAccuracies) {
  Json before = example_of_old();
  before["baseline"]["accuracy"] = 0.95;
  const Findings old = findings(before), now = findings(example());
  const Interval clean = independent_difference(*old.accuracy, *now.accuracy).ci95;
  const Interval robust = independent_difference(*old.robust_accuracy, *now.robust_accuracy).ci95;
  const auto outcomes = [&](double limit) {
    const GateResult result = judged({{"max_drop_against_baseline", limit}}, example(), before);
    return std::pair(result.rules.at(0).outcome, result.rules.at(1).outcome);
  };
  EXPECT_EQ(outcomes(clean.high).first, Outcome::pass);
  EXPECT_EQ(outcomes(clean.high - kStep).first, Outcome::inconclusive);
  EXPECT_EQ(outcomes(robust.high).second, Outcome::pass);
  EXPECT_EQ(outcomes(robust.high - kStep).second, Outcome::inconclusive);
  before["baseline"]["accuracy"] = 1.0;
  const double low = independent_difference(*findings(before).accuracy, *now.accuracy).ci95.low;
  EXPECT_EQ(outcomes(low - kStep).first, Outcome::fail);
  EXPECT_EQ(outcomes(low).first, Outcome::inconclusive);
}

TEST(Policy, NothingDropsWhereEverythingIsEqual) {
  Json before = example();
  before["robust_accuracy"]["value"] = 0.99;
  before["robust_accuracy"]["ci95"] = {0.98, 1.0};
  EXPECT_EQ(outcome({{"max_drop_against_baseline", 0.0}}, example(), before), Outcome::pass);
}

TEST(Policy, WithoutABaselineADropIsInconclusive) {
  EXPECT_EQ(outcome({{"max_drop_against_baseline", 0.9}}), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"forbid", {"new"}}}), Outcome::inconclusive);
}

TEST(Policy, ABandCountsWhatIsNoStronger) {
  const auto band = [](double most) {
    return Json{{"limits", {{{"magnitude_at_most", most}, {"max_failure_rate", 0.15}}}}};
  };
  EXPECT_EQ(outcome(band(0.4)), Outcome::fail);
  EXPECT_EQ(outcome(band(0.4 - kStep)), Outcome::pass);
}

TEST(Policy, AKnobClassCountsWhatChangesOneOfItsKnobs) {
  const double high = wilson(40, 400).high;
  const auto of_class = [](const std::string& knob_class, double limit) {
    return Json{{"limits", {{{"knob_class", knob_class}, {"max_failure_rate", limit}}}}};
  };
  EXPECT_EQ(outcome(of_class("numerical", high)), Outcome::pass);
  EXPECT_EQ(outcome(of_class("numerical", high - kStep)), Outcome::inconclusive);
  EXPECT_EQ(outcome(of_class("quantization", 0.9)), Outcome::inconclusive) << "none of its knobs was searched";
}

TEST(Policy, ForbiddenOraclesFailAtAnyRate) {
  EXPECT_EQ(outcome({{"forbid", {"crash", "numeric"}}}), Outcome::pass);
  EXPECT_EQ(outcome({{"forbid", {"label"}}}), Outcome::fail);
  Json report = example();
  report["counterexamples"][1]["oracle"] = "crash";
  EXPECT_EQ(outcome({{"forbid", {"crash"}}}, report), Outcome::fail);
}

TEST(Policy, ForbidsWhatIsNewOrWorseThanTheBaseline) {
  const Json rotate = {{"data", {{{"transform", "rotate"}, {"degrees", 18.0}}}}};
  Json before = example_of_old();
  EXPECT_EQ(outcome({{"forbid", {"new", "worse"}}}, example(), before), Outcome::pass);
  before["counterexamples"][0] = counterexample("label:rotate", rotate, 0.4, 40);
  EXPECT_EQ(outcome({{"forbid", {"worse"}}}, example(), before), Outcome::fail);
  EXPECT_EQ(outcome({{"forbid", {"new"}}}, example(), before), Outcome::pass) << "10 % were above the limit before";
  before["counterexamples"][0] = counterexample("label:rotate", rotate, 0.4, 10);
  EXPECT_EQ(outcome({{"forbid", {"new"}}}, example(), before), Outcome::fail);
}

TEST(Policy, WhatWasMeasuredOnOneModelOnlyIsNeitherNewNorWorse) {
  Json before = example_of_old();
  before["counterexamples"].erase(0);
  EXPECT_EQ(outcome({{"forbid", {"new"}}}, example(), before), Outcome::inconclusive) << "found only here";
  EXPECT_EQ(outcome({{"forbid", {"worse"}}}, example(), before), Outcome::inconclusive);
  Json now = example();
  now["counterexamples"].erase(0);
  EXPECT_EQ(outcome({{"forbid", {"new"}}}, now, example_of_old()), Outcome::pass);
  EXPECT_EQ(outcome({{"forbid", {"worse"}}}, now, example_of_old()), Outcome::inconclusive) << "not searched again";
  before["model"]["sha256"] = "0";
  EXPECT_EQ(outcome({{"forbid", {"new", "worse"}}}, example(), before), Outcome::pass) << "one and the same model";
}

/// rotate 25 % was 2 % on the old model; bf16 could not be run there.
TEST(Policy, ObeysWhatTheRunMeasuredOnBothModels) {
  Json now = example();
  const auto rate = [](double value) { return Json{{"failure_rate", value}, {"failures", 0}, {"images", 400}}; };
  const auto row = [](const std::string& signature, const Json& here, const Json& there, int here_only) {
    return Json{{"signature", signature}, {"oracle", "label"},      {"description", signature}, {"found", "here"},
                {"here", here},           {"there", there},         {"here_only", here_only},   {"there_only", 0},
                {"no_output", 0},         {"reason", "not at m.pt"}};
  };
  now["compared_with"] = {{"sha256", "a"}, {"model_sha256", "1"}, {"same", false}};
  now["baseline_variances"] = {row("label:rotate", rate(0.25), rate(0.02), 92),
                               row("label:|precision=bf16", nullptr, nullptr, 0)};
  const GateResult result = judged({{"forbid", {"new"}}}, now);
  EXPECT_EQ(result.outcome, Outcome::fail) << "also without the old report";
  EXPECT_EQ(result.rules[0].message, "label:rotate is new: 25.0 % of 400 images, 2.0 % on the old model");
  now["baseline_variances"].erase(0);
  const GateResult open = judged({{"forbid", {"new"}}}, now);
  EXPECT_EQ(open.outcome, Outcome::inconclusive);
  EXPECT_THAT(open.rules[0].message, HasSubstr("not at m.pt"));
}

TEST(Policy, AFileOfVariancesAnswersOnlyForWhatItHeld) {
  Json now = example();
  now["budget"]["evaluations"] = 0;
  EXPECT_NE(unfinished(now, "report.json"), "");
  now["space"]["candidates"] = {{"sha256", "a"}, {"variances", 2}};
  EXPECT_EQ(unfinished(now, "report.json"), "");
  const auto of_class = [](const std::string& knob_class) {
    return Json{{"limits", {{{"knob_class", knob_class}, {"max_failure_rate", 0.5}}}}};
  };
  EXPECT_EQ(outcome(of_class("numerical"), now), Outcome::pass);
  EXPECT_EQ(outcome(of_class("structural"), now), Outcome::inconclusive);
}

TEST(Policy, AKnownSignatureIsAllowedUntilTheEndOfItsDay) {
  const auto allowing = [](const std::string& day) {
    return Json{{"max_failure_rate", 0.15},
                {"allow", {{{"signature", "label:rotate"}, {"reason", "cameras are level"}, {"expires", day}}}}};
  };
  EXPECT_EQ(outcome(allowing("2026-11-24")), Outcome::pass);
  EXPECT_EQ(judged(allowing("2026-11-24")).used.size(), 1U);
  EXPECT_EQ(outcome(allowing("2026-11-23")), Outcome::fail);
  EXPECT_EQ(judged(allowing("2026-11-23")).expired.size(), 1U);
}

TEST(Policy, SilenceBelowTheSearchesOwnLimitIsNoPass) {
  Json report = example();
  report["counterexamples"] = Json::array();
  EXPECT_EQ(outcome({{"max_failure_rate", 0.05}}, report), Outcome::pass);
  const GateResult result = judged({{"max_failure_rate", 0.04}}, report);
  EXPECT_EQ(result.outcome, Outcome::inconclusive);
  EXPECT_THAT(result.rules[0].message, HasSubstr("--failure-limit 0.04"));
}

TEST(Policy, CandidatesThatNoTestHasSeenAreNoPass) {
  Json report = example();
  report["dropped"]["not_tested"] = 2;
  for (const Json& policy : {Json{{"max_failure_rate", 0.9}}, Json{{"min_robust_accuracy", 0.1}},
                             Json{{"max_worst_class_drop", 0.9}}, Json{{"forbid", {"crash"}}}})
    EXPECT_EQ(outcome(policy, report), Outcome::inconclusive) << policy;
  EXPECT_EQ(outcome({{"max_failure_rate", 0.1}}, report), Outcome::fail);
}

Json with_corpus(const std::vector<std::pair<std::string, std::string>>& cases) {
  Json report = example();
  report["corpus"] = {{"cases", Json::array()}};
  for (const auto& [signature, state] : cases)
    report["corpus"]["cases"].push_back(
        {{"case", "c.json"}, {"signature", signature}, {"state", state}, {"reason", "timeout: 60 s"}});
  return report;
}

Json kind(const std::string& status, double rate, std::uint64_t images) {
  return {{"signature", "label:rotate"},
          {"oracle", "label"},
          {"variance", {{"data", {{{"transform", "rotate"}, {"degrees", 10.0}}}}}},
          {"magnitude", 0.2},
          {"failure_rate", rate},
          {"images", images},
          {"status", status},
          {"explained_by", nullptr}};
}

/// A report without a counterexample and with this further kind.
Json with_kind(const Json& row) {
  Json report = example();
  report["counterexamples"] = Json::array();
  report["kinds"] = {row};
  if (row["status"] == "not_tested") report["dropped"]["not_tested"] = 1;
  return report;
}

TEST(Policy, WhatWasNotTestedIsInconclusiveForTheRulesThatItCouldBreak) {
  const Json weak = with_kind(kind("not_tested", 0.0625, 64));  // Wilson: up to 15 %
  EXPECT_EQ(outcome({{"max_failure_rate", 0.1}}, weak), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"max_failure_rate", 0.2}}, weak), Outcome::pass);
  EXPECT_EQ(outcome({{"min_robust_accuracy", 0.3}}, weak), Outcome::pass);
  EXPECT_EQ(outcome({{"forbid", {"label"}}}, weak), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"forbid", {"crash"}}}, weak), Outcome::pass);
  const Json band = {{"limits", {{{"magnitude_at_most", 0.1}, {"max_failure_rate", 0.1}}}}};
  EXPECT_EQ(outcome(band, weak), Outcome::pass);
  EXPECT_EQ(outcome({{"min_robust_accuracy", 0.3}}, with_kind(kind("not_tested", 0.8, 64))), Outcome::inconclusive);
  EXPECT_THAT(judged({{"max_failure_rate", 0.1}}, weak).rules[0].message, HasSubstr("the first is label:rotate"));
}

TEST(Policy, WhatIsConfirmedBeyondTheListCounts) {
  Json row = kind("confirmed", 0.3, 64);
  row["failures"] = 60;
  row["tested_images"] = 200;
  EXPECT_EQ(outcome({{"max_failure_rate", 0.2}}, with_kind(row)), Outcome::fail);
  EXPECT_EQ(outcome({{"max_failure_rate", 0.5}}, with_kind(row)), Outcome::pass);
  EXPECT_EQ(outcome({{"max_worst_class_drop", 0.9}}, with_kind(row)), Outcome::inconclusive);
  const Json allowed = {{"max_failure_rate", 0.2},
                        {"allow", {{{"signature", "label:rotate"}, {"reason", "r"}, {"expires", "2030-01-01"}}}}};
  EXPECT_EQ(outcome(allowed, with_kind(row)), Outcome::pass);
  EXPECT_EQ(outcome({{"max_failure_rate", 0.2}}, with_kind(kind("unconfirmed", 0.3, 64))), Outcome::pass);
}

/// The search did not know the policy: it explained what this one would have had tested.
TEST(Policy, WhatWasOnlyExplainedIsNoPassWhereItCouldBreakTheRule) {
  const Json explained = with_kind(kind("explained", 0.3, 64));
  EXPECT_EQ(outcome({{"max_failure_rate", 0.2}}, explained), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"max_failure_rate", 0.6}}, explained), Outcome::pass);
  const Json allowed = {{"max_failure_rate", 0.2},
                        {"allow", {{{"signature", "label:rotate"}, {"reason", "r"}, {"expires", "2030-01-01"}}}}};
  EXPECT_EQ(outcome(allowed, explained), Outcome::pass);
}

TEST(Policy, WhatCouldNotHaveBeenConfirmedOrJudgedIsNoPass) {
  Json report = example();
  report["counterexamples"] = Json::array();
  report["detectable_rate"] = nullptr;
  EXPECT_EQ(outcome({{"max_failure_rate", 0.9}}, report), Outcome::inconclusive);
  report["detectable_rate"] = 0.1;
  report["space"]["oracle"] = "label";
  EXPECT_EQ(outcome({{"forbid", {"divergence"}}}, report), Outcome::inconclusive);
  EXPECT_EQ(outcome({{"forbid", {"label", "numeric"}}}, report), Outcome::pass);
}

TEST(Policy, AFailureThatCouldHaveGoneUnseenIsNoPass) {
  Json report = example();
  const auto said = [&](double limit) {
    return judged({{"max_failure_rate", 0.9}, {"max_detectable_rate", limit}}, report).rules.back().outcome;
  };
  EXPECT_EQ(said(0.5), Outcome::inconclusive);  // the report does not say
  report["detectable_rate"] = 0.098;
  EXPECT_EQ(said(0.1), Outcome::pass);
  EXPECT_EQ(said(0.098), Outcome::pass);
  EXPECT_EQ(said(0.09), Outcome::inconclusive);
  EXPECT_THAT(refusal({{"max_detectable_rate", 0.1}}), HasSubstr("every model would pass"));
}

TEST(Policy, ACorpusThatWasNotRunIsNoPass) {
  const Json policy = {{"max_failure_rate", 0.9}};
  const auto corpus_rule = [&](const Json& report) { return judged(policy, report).rules.back(); };
  EXPECT_EQ(corpus_rule(with_corpus({{"label:a", "fixed"}})).outcome, Outcome::pass);
  EXPECT_EQ(corpus_rule(with_corpus({{"label:a", "not_run"}, {"label:b", "fails"}})).outcome, Outcome::fail);
  const RuleResult not_run = corpus_rule(with_corpus({{"label:a", "fixed"}, {"label:b", "not_run"}}));
  EXPECT_EQ(not_run.outcome, Outcome::inconclusive);
  EXPECT_EQ(not_run.message, "1 of 2 cases could not be run, the first is label:b: timeout: 60 s");
  EXPECT_EQ(corpus_rule(with_corpus({})).outcome, Outcome::inconclusive);
  const Json allowing = {{"max_failure_rate", 0.9},
                         {"allow", {{{"signature", "label:b"}, {"reason", "known"}, {"expires", "2999-01-01"}}}}};
  EXPECT_EQ(outcome(allowing, with_corpus({{"label:b", "not_run"}, {"label:b", "fails"}})), Outcome::pass);
}

Json without_values(const std::vector<std::pair<std::string, std::string>>& unavailable) {
  Json report = example();
  report["counterexamples"] = Json::array();
  report["space"]["knobs"] = Json::array();
  for (const auto& [value, reason] : unavailable) {
    const std::size_t equals = value.find('=');
    report["unavailable_knobs"].push_back(
        {{"knob", value.substr(0, equals)}, {"value", value.substr(equals + 1)}, {"reason", reason}});
  }
  return report;
}

TEST(Policy, OfValuesThatWereNotRunOnlyThoseWithoutEffectCountAsSearched) {
  const Json policy = {{"limits", {{{"knob_class", "numerical"}, {"max_failure_rate", 0.1}}}}};
  EXPECT_EQ(outcome(policy, without_values({{"precision=bf16", "no_effect"}})), Outcome::pass);
  for (const char* reason : {"unavailable", "fails", "emulated", "below_floor"})
    EXPECT_EQ(outcome(policy, without_values({{"precision=bf16", reason}})), Outcome::inconclusive) << reason;
}

/// Every value of the profile with one reason, but for one value.
Json profile_without(const std::string& profile, const std::string& reason, const std::string& but_value,
                     const std::string& but_reason) {
  std::vector<std::pair<std::string, std::string>> unavailable;
  for (const space::KnobGene& gene : space::make_space({.profiles = {profile}}, catalogue()).knobs)
    for (const std::string& value : gene.values) {
      const std::string name = gene.info.name + "=" + value;
      unavailable.emplace_back(name, name == but_value ? but_reason : reason);
    }
  return without_values(unavailable);
}

TEST(Policy, AProfilePassesOverWhatThisMachineDoesNotHaveAndNamesIt) {
  const Json policy = {{"limits", {{{"profile", "numerical"}, {"max_failure_rate", 0.1}}}}};
  const GateResult result = judged(policy, profile_without("numerical", "no_effect", "device=cuda", "unavailable"));
  EXPECT_EQ(result.outcome, Outcome::pass) << result.rules.at(0).message;
  EXPECT_THAT(result.rules.at(0).message, HasSubstr("not on this machine: device=cuda"));
  for (const char* reason : {"fails", "emulated", "below_floor"}) {
    const GateResult open = judged(policy, profile_without("numerical", "no_effect", "precision=bf16", reason));
    EXPECT_EQ(open.outcome, Outcome::inconclusive);
    EXPECT_THAT(open.rules.at(0).message, HasSubstr(std::string("precision=bf16 (") + reason));
  }
  EXPECT_EQ(outcome(policy, profile_without("numerical", "unavailable", "", "")), Outcome::inconclusive)
      << "nothing of the profile was searched";
}

TEST(Policy, NamesEveryCounterexampleThatBreaksARule) {
  using Names = std::set<std::string>;
  EXPECT_EQ(judged({{"max_failure_rate", 0.15}}).broken_by, Names{"label:rotate"});
  EXPECT_EQ(judged({{"max_failure_rate", 0.01}}).broken_by, (Names{"label:rotate", "label:|precision=bf16"}));
  EXPECT_EQ(judged({{"forbid", {"label"}}}).broken_by, (Names{"label:rotate", "label:|precision=bf16"}));
  EXPECT_EQ(judged({{"max_failure_rate", 0.9}}).broken_by, Names{});
}

TEST(Policy, OneFailingRuleFailsWhateverElseIsOpen) {
  EXPECT_EQ(outcome({{"max_failure_rate", 0.25}, {"min_robust_accuracy", 0.9}}), Outcome::fail);
}

TEST(Policy, TheImagesThatWouldDecideDoDecide) {
  const Measured measured{0.25, wilson(100, 400), 400};
  for (const double limit : {0.22, 0.26}) {
    const std::uint64_t images = 400 + images_to_decide(measured, limit).value();
    const auto width = [&](std::uint64_t n) {
      const Interval ci95 = wilson(n / 4, n);
      return ci95.low > limit || ci95.high <= limit;
    };
    EXPECT_TRUE(width((images + 3) / 4 * 4)) << limit;
    EXPECT_FALSE(width((images - 5) / 4 * 4)) << limit;
  }
  EXPECT_EQ(images_to_decide(measured, 0.25), std::nullopt);
}

TEST(Policy, NamesWhatIsWrongInAUsersFile) {
  EXPECT_THAT(refusal({{"max_failure_rat", 0.1}}), HasSubstr("did you mean 'max_failure_rate'?"));
  EXPECT_THAT(refusal({{"max_failure_rate", 5}}), HasSubstr("5 is outside [0, 1]"));
  EXPECT_THAT(refusal({{"limits", {{{"knob_class", "numeric"}, {"max_failure_rate", 0.1}}}}}),
              HasSubstr("did you mean 'numerical'?"));
  EXPECT_THAT(refusal({{"limits", {{{"profile", "mid"}, {"max_failure_rate", 0.1}}}}}),
              HasSubstr("did you mean 'mild'?"));
  EXPECT_THAT(refusal({{"limits", {{{"magnitude_at_most", 0.3}}}}}), HasSubstr("states no limit"));
  EXPECT_THAT(refusal({{"limits", {{{"magnitude_at_most", 0.3}, {"min_robust_accuracy", 0.3}}}}}),
              HasSubstr("whole report"));
  EXPECT_THAT(refusal({{"forbid", {"crsh"}}}), HasSubstr("did you mean 'crash'?"));
  EXPECT_THAT(refusal({{"forbid", {"crash"}}, {"allow", {{{"signature", "x"}, {"reason", "y"}, {"expires", "soon"}}}}}),
              HasSubstr("no date YYYY-MM-DD"));
  EXPECT_THAT(refusal(Json::object()), HasSubstr("every model would pass"));
  EXPECT_EQ(refusal({{"$schema", "policy.schema.json"}, {"max_failure_rate", 0.1}}), "");
}

TEST(Policy, AnAllowanceEndsOnADayOfTheCalendar) {
  const auto refused = [](const std::string& day) {
    return refusal({{"forbid", {"crash"}}, {"allow", {{{"signature", "x"}, {"reason", "y"}, {"expires", day}}}}});
  };
  for (const char* day : {"2027-02-28", "2028-02-29", "2000-02-29", "2027-12-31"}) EXPECT_EQ(refused(day), "") << day;
  for (const char* day : {"2027-02-29", "2100-02-29", "2027-02-31", "2027-04-31", "2027-13-01", "2027-00-01",
                          "2027-01-00", "2027-1-01", "27-01-01", "2027-01-0x", "-027-01-01", "2027/01/01", ""})
    EXPECT_THAT(refused(day), HasSubstr("no date YYYY-MM-DD")) << day;
}

TEST(Findings, AnUnfinishedReportSaysSoBeforeAnythingElse) {
  EXPECT_EQ(unfinished(example(), ""), "");
  for (const char* status : {"partial", "running", "failed", ""})
    EXPECT_THAT(unfinished({{"schema_version", 99}, {"status", status}}, ""), HasSubstr("not 'complete'"));
  Json report = example();
  report["budget"]["evaluations"] = 0;
  EXPECT_THAT(unfinished(report, ""), HasSubstr("no evaluation"));
}

TEST(Findings, WhatCannotBeReadIsAnInputError) {
  const std::vector<std::pair<std::string, Json>> changes = {
      {"/schema_version", 2},
      {"/counterexamples/0/failure_rate", nullptr},
      {"/counterexamples/0/ci95", {0.5, 0.1}},
      {"/counterexamples/0/images", 0},
      {"/counterexamples/0/magnitude", 1.5},
      {"/space/failure_limit", "0.05"},
      {"/robust_accuracy/value", 1.5},
      {"/counterexamples", nullptr},
  };
  for (const auto& [path, value] : changes) {
    Json report = example();
    report[Json::json_pointer(path)] = value;
    try {
      findings(report);
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << path;
    }
  }
}

}  // namespace
}  // namespace robustcheck::analysis
