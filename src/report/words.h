#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "robustcheck/report/document.h"

namespace robustcheck::report {

/// What is said in words, the same in every format.

inline constexpr const char* kDash = "\u2013";

bool complete(const Document& document);
/// "18 confirmed counterexamples, policy: pass", with what is to be known about a run that answers nothing.
std::string verdict(const Document& document);
/// The worst of them in a sentence; what was searched where nothing was found.
std::string verdict_details(const Document& document);
/// Why the run as a whole answers nothing ("partial run: ..."), "" where it does.
std::string unanswered(const Document& document);
/// Why the policy of the run does not hold a failure with this signature against the model, "" where it does.
std::string allowed(const Document& document, const std::string& signature);
/// The same of a counterexample, which may also keep every limit.
std::string tolerated(const Document& document, const Json& found);
/// "[42.9, 51.6] %"; empty without an interval.
std::string bounds(const std::optional<std::pair<double, double>>& interval);
/// "47.2 %", or "not measured".
std::string percent_or_none(const std::optional<double>& rate);

enum class Side { data, config, both, joint };  ///< both: two sides; joint: and it needs both
Side side(const Json& found);
/// "needs both: data alone 12.0 %, configuration alone 4.0 %, only together 8.4 % [5.1, 11.8] %"
std::string blame(const Json& found);
/// What an engineer can do about it.
std::string advice(const Json& found);
std::string description(const Json& found);  ///< what changed, in plain words

/// The command that runs an example again; empty where the report has no case.
std::string replay_command(const Document& document, const Json& example);
std::string replay_command(const Document& document, const Json& found, std::size_t example);

/// The class's name, or its index; "no output" for null.
std::string class_name(const Document& document, const Json& index);
/// A reason of `dropped` in words; the key itself where it is not known.
std::string dropped_in_words(const std::string& key);

}  // namespace robustcheck::report
