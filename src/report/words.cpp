#include "words.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "escape.h"
#include "fields.h"
#include "robustcheck/base/names.h"
#include "robustcheck/base/text.h"
#include "robustcheck/report/confirmation_words.h"

namespace robustcheck::report {
namespace {

std::string plural(std::size_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

std::string knobs_in_words(const Json& found) {
  std::vector<std::string> names;
  for (const auto& [knob, value] : at(at(found, "variance"), "config").items()) names.push_back(knob);
  return join(names, ", ");
}

std::string transforms_in_words(const Json& found) {
  std::vector<std::string> names;
  for (const Json& step : list(at(found, "variance"), "data")) names.push_back(text(step, "transform"));
  return join(names, ", ");
}

/// Only where nearby strengths agreed too: null, where the allowance did not reach, is no proof.
bool needs_both(const Json& attribution) {
  const Json& said = at(attribution, "needs_both");
  return said.is_boolean() && said.get<bool>();
}

Counts counts_of(const Json& report) {
  Counts counts;
  counts.not_tested = count(at(report, "dropped"), "not_tested");
  counts.candidates = count(at(report, "budget"), "candidates");
  counts.after_needed = count(at(report, "budget"), "after_needed");
  return counts;
}

/// --candidates: a file was tested in place of a search.
bool from_file(const Json& report) { return at(at(report, "space"), "candidates").is_object(); }

/// Reports of older versions say nothing of their tests.
std::string nothing_found(const Document& document, const std::string& searched, const std::string& limit) {
  const Json& report = document.report;
  std::string text =
      "Nothing was found within " + searched + " that fails on more than " + limit + " of unseen images.";
  if (!report.contains("confirmation")) return text;
  const Json& said = at(report, "confirmation");
  Confirmation confirmation;
  confirmation.tests = count(said, "tests");
  confirmation.images = count(said, "images");
  confirmation.detectable_rate = number(report, "detectable_rate");
  std::string details = nothing_confirmed(number(at(report, "space"), "failure_limit").value_or(0.05), confirmation);
  details.front() = static_cast<char>(std::toupper(details.front()));
  Counts counts;
  counts.not_tested = count(at(report, "dropped"), "not_tested");
  counts.candidates = count(at(report, "budget"), "candidates");
  counts.after_needed = count(at(report, "budget"), "after_needed");
  const std::string untested = left_untested(counts);
  return details + " (" + searched + ")." + (untested.empty() ? "" : " " + untested + ".");
}

}  // namespace

bool complete(const Document& document) { return text(document.report, "status") == "complete"; }

std::string verdict(const Document& document) {
  const std::size_t found = list(document.report, "counterexamples").size();
  std::string sentence = found == 0 ? "No confirmed counterexample" : plural(found, "confirmed counterexample");
  if (!list(document.verdict, "rules").empty()) sentence += ", policy: " + text(document.verdict, "outcome");
  if (!complete(document)) return sentence + " (partial run: it was cut short)";
  const std::string reason = unanswered(document);
  return reason.empty() ? sentence : sentence + " (inconclusive: " + reason + ")";
}

std::string verdict_details(const Document& document) {
  const Json& all = list(document.report, "counterexamples");
  const std::string limit = percent(number(at(document.report, "space"), "failure_limit").value_or(0.05));
  const Json& report = document.report;
  const std::string searched =
      from_file(report)
          ? std::to_string(count(at(at(report, "space"), "candidates"), "variances")) + " proposed variances"
          : std::to_string(count(at(report, "budget"), "evaluations")) + " evaluations of the search";
  if (all.empty()) return nothing_found(document, searched, limit);
  const Json& first = all.front();
  const auto joint = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Json& found) { return side(found) == Side::joint; }));
  const auto config = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Json& found) { return side(found) == Side::config; }));
  std::string sentence = "The first in rank, " + description(first) + ", fails on " +
                         percent_or_none(number(first, "failure_rate")) + " of unseen images" +
                         (text(first, "oracle") == "label" ? " that are right without it." : ".");
  if (joint > 0)
    sentence +=
        " " + std::to_string(joint) + " of " + std::to_string(all.size()) + " need data and configuration together.";
  if (config > 0)
    sentence +=
        " " + std::to_string(config) + " of " + std::to_string(all.size()) + " come from the configuration alone.";
  return sentence;
}

std::string unanswered(const Document& document) {
  const Json& report = document.report;
  if (!complete(document))
    return "partial run: the search was cut short, so that nothing can be concluded from what is absent";
  const Json& spent = at(at(report, "budget"), "evaluations");
  if (spent.is_number() && spent == 0 && !from_file(report))
    return "nothing was searched: the budget is below one trial";
  const std::uint64_t untested = count(at(report, "dropped"), "not_tested");
  const bool nothing_found = list(report, "counterexamples").empty();
  if (list(document.verdict, "rules").empty() && (nothing_found || !document.verdict.is_null()) && untested > 0)
    return left_untested(counts_of(report));
  if (nothing_found && report.contains("detectable_rate") && at(report, "detectable_rate").is_null())
    return "on so few unseen images no failure could have been confirmed";
  const Json& corpus = at(report, "corpus");
  return corpus.is_object() && list(corpus, "cases").empty() ? "the corpus holds no case: nothing was tested on it"
                                                             : "";
}

std::string allowed(const Document& document, const std::string& signature) {
  if (document.verdict.is_null()) return "";
  for (const Json& one : list(document.verdict, "allowed"))
    if (text(one, "signature") == signature)
      return "allowed until " + text(one, "expires") + ": " + text(one, "reason");
  return list(document.verdict, "rules").empty() ? "not held against the model (--fail-on none)" : "";
}

std::string tolerated(const Document& document, const Json& found) {
  const std::string signature = text(found, "signature");
  if (std::string reason = allowed(document, signature); !reason.empty() || document.verdict.is_null()) return reason;
  const Json& broken_by = list(document.verdict, "broken_by");
  const bool breaks = std::find(broken_by.begin(), broken_by.end(), signature) != broken_by.end();
  return breaks ? "" : "breaks no rule of the policy";
}

std::string bounds(const std::optional<std::pair<double, double>>& interval) {
  if (!interval) return "";
  return "[" + fixed(100 * interval->first, 1) + ", " + fixed(100 * interval->second, 1) + "] %";
}

std::string percent_or_none(const std::optional<double>& rate) { return rate ? percent(*rate) : "not measured"; }

Side side(const Json& found) {
  const Json& variance = at(found, "variance");
  if (at(variance, "config").empty()) return Side::data;
  if (list(variance, "data").empty()) return Side::config;
  return needs_both(at(found, "attribution")) ? Side::joint : Side::both;
}

std::string blame(const Json& found) {
  const Side sides = side(found);
  if (sides == Side::data) return "data alone";
  if (sides == Side::config) return "configuration alone";
  const Json& attribution = at(found, "attribution");
  const std::string parts = "data alone " + percent_or_none(number(attribution, "data")) + ", configuration alone " +
                            percent_or_none(number(attribution, "config"));
  if (sides == Side::both) return parts;
  return "needs both: " + parts + ", only together " + percent_or_none(number(attribution, "interaction")) + " " +
         bounds(interval(attribution, "interaction_ci95"));
}

std::string advice(const Json& found) {
  const std::string oracle = text(found, "oracle");
  if (oracle == "crash" || oracle == "numeric")
    return "Run the replay line and read the message: an image without a usable output is a defect in itself.";
  switch (side(found)) {
    case Side::data:
      return "Add " + transforms_in_words(found) + " of this strength to the training data, or reject such images.";
    case Side::config:
      return "Deploy with the reference value of " + knobs_in_words(found) + ".";
    case Side::joint:
      return "Deploy with the reference value of " + knobs_in_words(found) + ": it costs most on images with " +
             transforms_in_words(found) + ", which a test on clean images does not show.";
    case Side::both:
      break;
  }
  return "Look at both sides: " + transforms_in_words(found) + " in the training data, and the reference value of " +
         knobs_in_words(found) + ".";
}

std::string description(const Json& found) {
  const std::string words = text(found, "description");
  return words.empty() ? text(found, "signature") : words;
}

std::string replay_command(const Document& document, const Json& example) {
  const std::string file = text(example, "case");
  if (file.empty()) return "";
  const std::string run = document.run.empty() ? "" : document.run + (document.run.ends_with('/') ? "" : "/");
  return shell_word(document.program) + " replay " + shell_word(run + file);
}

std::string replay_command(const Document& document, const Json& found, std::size_t example) {
  const Json& examples = list(found, "examples");
  return example < examples.size() ? replay_command(document, examples[example]) : "";
}

std::string class_name(const Document& document, const Json& index) {
  if (!index.is_number_integer() || index.get<std::int64_t>() < 0) return "no output";
  const Json& classes = list(at(document.report, "preprocess"), "classes");
  const auto i = index.get<std::size_t>();
  return i < classes.size() && classes[i].is_string() ? classes[i].get<std::string>() : "class " + std::to_string(i);
}

std::string dropped_in_words(const std::string& key) {
  static const std::map<std::string, std::string> kWords = {
      {"unconfirmed", "tested on unseen images and not above the limit there"},
      {"not_minimised", "not minimised: tested or explained as they were found"},
      {"invalid", "pictures no longer the same (validity)"},
      {"explained", "explained by a confirmed counterexample with fewer genes"},
      {"merged", "the same as a confirmed one after minimising"},
      {"not_reproduced", "not above the limit on 64 images of the search half"},
      {"not_tested", "not tested on unseen images: the allowance or the run ended"},
  };
  const auto found = kWords.find(key);
  return found == kWords.end() ? key : found->second;
}

}  // namespace robustcheck::report
